import type { AsyncLocalStorage } from "node:async_hooks";
import { unwatchAbort, watchAbort } from "../socket/wait.ts";

/**
 * What code carries along of the context that it runs in.
 *
 * V8 keeps it alive for longer than the code that runs, so that a context lets go
 * of it at its end: otherwise all that a request holds would grow old.
 */
interface Carried {
  readonly server: object;
  /** `undefined` when it is over: code that is left of it, such as a timer, runs for nobody. */
  context: Context | undefined;
  /** What the code that began it runs for: a server may run in the handler of another one. */
  readonly outer: Carried | undefined;
}

// A handler that calls shutdown() must not wait for itself: this tells it from
// all other callers.
let storage: AsyncLocalStorage<Carried> | undefined;

/** What code runs for: a server's loop, or one of its requests. */
export class Context {
  /** The request that the code handles, if any. */
  readonly request: object | undefined;
  /** Whether the server's loop waits for this code. */
  inLoop: boolean;
  readonly #carried: Carried;

  /** Creates a context that no code runs in yet. */
  constructor(server: object, request: object | undefined, inLoop: boolean) {
    this.request = request;
    this.inLoop = inLoop;
    this.#carried = { server, context: this, outer: storage?.getStore() };
  }

  get server(): object {
    return this.#carried.server;
  }

  /** Runs code, and all that it waits for, in this context. */
  within<T>(code: (context: this) => T): T {
    storage ??= new (globalThis.process
      .getBuiltinModule("node:async_hooks").AsyncLocalStorage)();
    return storage.run(this.#carried, code, this);
  }

  /** Ends it. */
  leave(): void {
    this.#carried.context = undefined;
  }
}

/** One run of `serveForever`: whether it is to stop, and when it has ended. */
export class Loop extends Context implements Disposable {
  /** Resolves when the run has ended. */
  readonly ended: Promise<void>;
  readonly #stopping = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #end: () => void;
  readonly #watch = { onAbort: () => {} };

  /** Begins a run of a server that also stops when a signal aborts. */
  constructor(server: object, signal: AbortSignal | undefined) {
    super(server, undefined, true);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#outer = signal;
    signal?.addEventListener("abort", this.stop);
    if (signal?.aborted) this.stop();
    // Calls that the signal may end come one after another, and this keeps the
    // one listener that they share.
    watchAbort(this.signal, this.#watch);
  }

  /** Aborts what the loop waits for when it is to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Whether it is to stop, or has. */
  get stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  readonly stop = (): void => this.#stopping.abort();

  [Symbol.dispose](): void {
    this.leave();
    this.#outer?.removeEventListener("abort", this.stop);
    unwatchAbort(this.signal, this.#watch);
    this.#end();
  }
}

/** Returns what the caller runs for: a loop or a request of this server; `undefined` if neither. */
export function contextOf(server: object): Context | undefined {
  let carried = storage?.getStore();
  while (carried !== undefined && carried.server !== server) {
    carried = carried.outer;
  }
  return carried?.context;
}
