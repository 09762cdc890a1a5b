import type { AsyncLocalStorage } from "node:async_hooks";
import { type OSError, timedOut } from "../socket/errors.ts";
import { onAbort, waitOf, watch } from "../socket/wait.ts";

/** One request that is being handled, from the first step until all that belongs to it has settled. */
export class RequestTask {
  readonly request: object;
  /** Settles as the step that the server waits for does, or resolves when the request is aborted. */
  readonly ended: Promise<void>;
  readonly #onEnd: () => void;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #aborting: AbortController | undefined;
  readonly #begin = performance.now();
  #isAborted = false;
  #pending = 0;

  /** Begins with a request; calls a function once when it is no longer being handled. */
  constructor(request: object, onEnd: () => void = () => {}) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.request = request;
    this.ended = promise;
    this.#onEnd = onEnd;
    this.#resolve = resolve;
    this.#reject = reject;
    tasks.set(request, this);
  }

  /** Whether it was aborted, so that what becomes of its handler no longer matters. */
  get isAborted(): boolean {
    return this.#isAborted;
  }

  /** How long it has taken, and whether it was aborted. */
  get outcome(): { seconds: number; aborted: boolean } {
    const seconds = (performance.now() - this.#begin) / 1000;
    return { seconds, aborted: this.#isAborted };
  }

  /** Whether something that belongs to it has not settled yet. */
  get isPending(): boolean {
    return this.#pending > 0;
  }

  /** Aborts when the request is aborted. */
  get signal(): AbortSignal {
    this.#aborting ??= new AbortController();
    if (this.#isAborted) this.#aborting.abort();
    return this.#aborting.signal;
  }

  /** Runs the step that {@linkcode RequestTask.ended} follows. */
  run(step: (task: RequestTask) => Promise<void>): void {
    this.#pending++;
    step(this).then(
      () => {
        this.#settle();
        this.#resolve();
      },
      (error) => {
        this.#settle();
        this.#reject(error);
      },
    );
  }

  /** Lengthens it until a promise has settled, which must not reject. */
  waitUntil(promise: Promise<unknown>): void {
    this.#pending++;
    const settle = () => this.#settle();
    promise.then(settle, settle);
  }

  /** Ends it now, whatever has not settled. */
  abort(): void {
    this.#isAborted = true;
    tasks.delete(this.request);
    aborted.set(this.request, this);
    this.#aborting?.abort();
    this.#onEnd();
    this.#resolve();
  }

  #settle(): void {
    if (--this.#pending > 0 || this.#isAborted) return;
    tasks.delete(this.request);
    this.#onEnd();
  }
}

/** The tasks that have not ended, by their requests: a weak map would make garbage collections slow. */
const tasks = new Map<object, RequestTask>();

/** The tasks that were aborted: their handlers ask until they end. */
const aborted = new WeakMap<object, RequestTask>();

function taskOf(request: object): RequestTask | undefined {
  return tasks.get(request) ?? aborted.get(request);
}

/** Returns the signal that aborts when a request is aborted. */
export function signalOf(request: object): AbortSignal {
  return taskOf(request)?.signal ?? new AbortController().signal;
}

/** Tells whether a request was aborted. */
export function wasAborted(request: object): boolean {
  return taskOf(request)?.isAborted ?? false;
}

/** What code runs for: a server's loop, or one of its requests. */
export interface Context {
  readonly server: object;
  /** The request that is being handled, if any. */
  readonly task: RequestTask | undefined;
  /** Whether the server's loop waits for this code. */
  readonly inLoop: boolean;
}

/** A context within another: a server may run in the handler of another one. */
interface Nested extends Context {
  readonly outer: Nested | undefined;
  inLoop: boolean;
  /** Whether the code has ended: timers that it left behind are not part of it. */
  hasEnded: boolean;
}

// A handler that calls shutdown() must not wait for itself: this tells it from
// all other callers.
let storage: AsyncLocalStorage<Nested> | undefined;

/** Runs code, and all that it waits for, for a server. */
export async function runWithin<T>(
  context: Context,
  code: () => T | Promise<T>,
): Promise<T> {
  storage ??= new (globalThis.process
    .getBuiltinModule("node:async_hooks").AsyncLocalStorage)();
  const outer = storage.getStore();
  const { server, task, inLoop } = context;
  const nested: Nested = { server, task, inLoop, outer, hasEnded: false };
  try {
    return await storage.run(nested, code);
  } finally {
    nested.hasEnded = true;
    nested.inLoop = false;
  }
}

/** Returns what the caller runs for: a loop or a request of this server; `undefined` if neither. */
export function contextOf(server: object): Context | undefined {
  let context = storage?.getStore();
  while (context !== undefined && context.server !== server) {
    context = context.outer;
  }
  if (context === undefined) return undefined;
  const { task, hasEnded } = context;
  // What lengthens a request runs for it, though the loop waits no more.
  if (hasEnded && !task?.isPending) return undefined;
  // An aborted handler is no longer waited for, so that it may wait for the loop.
  return task?.isAborted ? undefined : context;
}

/** One run of `serveForever`: whether it is to stop, and when it has ended. */
export class Loop implements Disposable {
  /** Resolves when the run has ended. */
  readonly ended: Promise<void>;
  readonly #stopping = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #end: () => void;
  readonly #release: () => void;

  /** Begins a run that also stops when a signal aborts. */
  constructor(signal: AbortSignal | undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#outer = signal;
    signal?.addEventListener("abort", this.stop);
    if (signal?.aborted) this.stop();
    // Calls that the signal may end come one after another, and this keeps the
    // one listener that they share.
    this.#release = onAbort(this.signal, () => {});
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
    this.#outer?.removeEventListener("abort", this.stop);
    this.#release();
    this.#end();
  }
}

/** How a request is handled. */
export interface Handling {
  readonly handle: (task: RequestTask) => Promise<void>;
  /** How long that may take; seconds, `null` for ever. */
  readonly timeout: number | null;
  /** Called when it took longer, and the request has been aborted. */
  readonly late: (error: OSError) => void;
  /** Called when it is no longer being handled. */
  readonly ended?: (task: RequestTask) => void;
}

/** The requests of one server that are being handled. */
export class Requests {
  readonly #tasks = new Set<RequestTask>();
  readonly #waiting = new Set<() => void>();
  readonly #coming = new Set<() => void>();
  // Requests whose handlers wait for the server's end: two of them must not wait
  // for each other.
  readonly #ending = new WeakSet<object>();

  /** How many there are. */
  get size(): number {
    return this.#tasks.size;
  }

  /** Counts a request until its task has ended, or took too long. */
  add(
    request: object,
    { handle, timeout, late, ended }: Handling,
  ): RequestTask {
    const expire = (error: OSError) => {
      task.abort();
      late(error);
    };
    const stop = timeout === null ? undefined : limit(timeout, expire);
    const task = this.#begin(request, stop, ended);
    task.run(handle);
    return task;
  }

  /** Lengthens the task of a request until a promise has settled; one that is not counted yet gets a task. */
  waitUntil(request: object, promise: Promise<unknown>): void {
    const known = taskOf(request);
    const isOurs = known?.isAborted || known && this.#tasks.has(known);
    const task = isOurs ? known! : this.#begin(request);
    task.waitUntil(promise);
  }

  /** Resolves to `true` when the next request is counted. */
  next(): Promise<true> {
    return new Promise((resolve) => this.#coming.add(() => resolve(true)));
  }

  /** Aborts all and returns them; `by` a request, only the others, less those that end the server too. */
  abort(by: object | undefined): RequestTask[] {
    const tasks = this.#others(by);
    for (const task of tasks) task.abort();
    return tasks;
  }

  /**
   * Waits until there are no more than `most`; `by` a request, neither that one counts
   * nor those that wait in the same way.
   *
   * @param timeout Seconds; `null` for ever.
   * @returns Whether it came to that in time.
   * It rejects with the signal's reason if that aborts.
   */
  async untilAtMost(
    most: number,
    { by, timeout = null, signal }: {
      by?: object;
      timeout?: number | null;
      signal?: AbortSignal;
    } = {},
  ): Promise<boolean> {
    signal?.throwIfAborted();
    if (by !== undefined) {
      this.#ending.add(by);
      this.#notify();
    }
    const isReached = () =>
      (by === undefined ? this.size : this.#others(by).length) <= most;
    if (isReached()) return true;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const check = () => {
      if (isReached()) resolve(true);
    };
    const wait = waitOf(timeout, signal);
    const stop = wait && watch(wait, () => resolve(false), reject);
    this.#waiting.add(check);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(check);
      stop?.();
    }
  }

  /**
   * Waits until there are fewer than `bound`.
   *
   * @param timeout Seconds; `null` for ever.
   * @returns What is left of the timeout; `undefined` if it ran out.
   * It rejects with the signal's reason if that aborts.
   */
  async capacity(
    bound: number,
    timeout: number | null,
    signal: AbortSignal | undefined,
  ): Promise<number | null | undefined> {
    const begin = performance.now();
    if (!(await this.untilAtMost(bound - 1, { timeout, signal }))) {
      return undefined;
    }
    if (timeout === null) return null;
    return Math.max(0, timeout - (performance.now() - begin) / 1000);
  }

  #begin(
    request: object,
    stop?: () => void,
    ended?: Handling["ended"],
  ): RequestTask {
    const task = new RequestTask(request, () => {
      stop?.();
      if (this.#tasks.delete(task)) this.#notify();
      ended?.(task);
    });
    this.#tasks.add(task);
    for (const resolve of this.#coming) resolve();
    this.#coming.clear();
    return task;
  }

  /** The requests that a wait or an abort `by` a request is about. */
  #others(by: object | undefined): RequestTask[] {
    const tasks = [...this.#tasks];
    if (by === undefined) return tasks;
    return tasks.filter(({ request }) =>
      request !== by && !this.#ending.has(request)
    );
  }

  #notify(): void {
    for (const check of this.#waiting) check();
  }
}

/** Calls a function with the error of a request that took longer than its seconds; returns what takes that back. */
function limit(seconds: number, late: Handling["late"]): () => void {
  const expire = () => {
    const subject = `the request within ${seconds} seconds`;
    late(timedOut({ syscall: "handle", subject }));
  };
  return watch(waitOf(seconds)!, expire, expire);
}
