import { type Linked, LinkedQueue } from "../socket/linked_queue.ts";
import { type OSError, timedOut } from "../socket/errors.ts";
import { waitOf, watch } from "../socket/wait.ts";
import { Context } from "./context.ts";
import { report } from "./report.ts";

/** How a server handles its requests. */
export interface Handling<R extends object, C> {
  /** Handles one: the step that the server waits for. */
  readonly handle: (task: RequestTask<R, C>) => Promise<void>;
  /** Called when that took longer than its timeout, and the request has been aborted. */
  readonly late: (task: RequestTask<R, C>, error: OSError) => void;
  /** Called when it is no longer being handled. */
  readonly ended: (task: RequestTask<R, C>) => void;
}

/** One request that is being handled, from the first step until all that belongs to it has settled. */
export class RequestTask<R extends object = object, C = unknown> extends Context
  implements Linked {
  declare readonly request: R;
  readonly clientAddress: C;
  /** When its handling began, on the clock of `performance.now()`; for who wants to know how long that takes. */
  begun: number | undefined;
  /** Ends what watches how long it takes. */
  stopWatching: (() => void) | undefined;
  previous: this | undefined = undefined;
  next: this | undefined = undefined;
  isQueued = false;
  readonly #onEnd: (task: RequestTask<R, C>) => void;
  #resolve: (() => void) | undefined;
  #aborting: AbortController | undefined;
  #isAborted = false;
  #pending = 0;

  /** Begins with a request; calls a function once when it is no longer being handled. */
  constructor(
    server: object,
    inLoop: boolean,
    request: R,
    clientAddress: C,
    onEnd: (task: RequestTask<R, C>) => void,
  ) {
    super(server, request, inLoop);
    this.clientAddress = clientAddress;
    this.#onEnd = onEnd;
    Known.setTask(request, this);
  }

  /** Whether it was aborted, so that what becomes of its handler no longer matters. */
  get isAborted(): boolean {
    return this.#isAborted;
  }

  /** Aborts when the request is aborted. */
  get signal(): AbortSignal {
    this.#aborting ??= new AbortController();
    if (this.#isAborted) this.#aborting.abort();
    return this.#aborting.signal;
  }

  /** Runs the step that the server waits for; settles as that does, or resolves when the request is aborted. */
  run(step: (task: RequestTask<R, C>) => Promise<void>): Promise<void> {
    this.#pending++;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.within(step).then(
        () => {
          this.#endStep();
          resolve();
        },
        (error) => {
          this.#endStep();
          reject(error);
        },
      );
    });
  }

  /** Lengthens it until a promise has settled; reports its error, unless the request was aborted. */
  waitUntil(promise: Promise<unknown>): void {
    this.#pending++;
    promise.then(() => this.#settle(), (error) => {
      if (!this.#isAborted) report(error, this.clientAddress);
      this.#settle();
    });
  }

  /** Ends it now, whatever has not settled. */
  abort(): void {
    this.#isAborted = true;
    // Its handler is no longer waited for, so that it may wait for the loop.
    this.leave();
    this.#aborting?.abort();
    this.#onEnd(this);
    this.#resolve?.();
  }

  #endStep(): void {
    this.inLoop = false;
    this.#resolve = undefined;
    this.#settle();
  }

  #settle(): void {
    if (--this.#pending > 0 || this.#isAborted) return;
    this.leave();
    Known.setTask(this.request, undefined);
    this.#onEnd(this);
  }
}

// deno-lint-ignore no-explicit-any -- of servers of all kinds
type AnyTask = RequestTask<any, any>;

/** Has the constructor of a class that extends it add that class's fields to an object. */
class Given {
  constructor(object: object) {
    return object;
  }
}

/** The field of a request for its task: tables that change with every request make garbage collections slow. */
class Known extends Given {
  #task: AnyTask | undefined;

  static task(request: object): AnyTask | undefined {
    return #task in request ? request.#task : undefined;
  }

  static setTask(request: object, task: AnyTask | undefined): void {
    const known = #task in request ? request : new Known(request);
    known.#task = task;
  }
}

/** Returns the signal that aborts when a request is aborted. */
export function signalOf(request: object): AbortSignal {
  return Known.task(request)?.signal ?? new AbortController().signal;
}

/** Tells whether a request was aborted. */
export function wasAborted(request: object): boolean {
  return Known.task(request)?.isAborted ?? false;
}

/** The requests of one server that are being handled. */
export class Requests<R extends object = object, C = unknown> {
  readonly #server: object;
  readonly #handling: Handling<R, C>;
  readonly #tasks = new LinkedQueue<RequestTask<R, C>>();
  #size = 0;
  readonly #waiting = new Set<() => void>();
  readonly #coming = new Set<() => void>();
  // Requests whose handlers wait for the server's end: two of them must not wait
  // for each other.
  readonly #ending = new WeakSet<object>();

  /** None as yet. */
  constructor(server: object, handling: Handling<R, C>) {
    this.#server = server;
    this.#handling = handling;
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Handles a request, and counts it until its task has ended, or took too long.
   *
   * @param inLoop Whether the server's loop waits for it.
   * @param timeout How long the step may take; seconds, `null` for ever.
   * @returns A promise that settles as the step does, or resolves when the request
   * is aborted.
   */
  add(
    request: R,
    clientAddress: C,
    inLoop: boolean,
    timeout: number | null,
  ): Promise<void> {
    const { handle } = this.#handling;
    const task = this.#begin(request, clientAddress, inLoop);
    if (timeout !== null) this.#limit(task, timeout);
    return task.run(handle);
  }

  /** Lengthens the task of a request until a promise has settled; one that is not counted yet gets a task. */
  waitUntil(request: R, promise: Promise<unknown>): void {
    const known = Known.task(request);
    const isCounted = known?.isAborted ||
      known?.isQueued && known.server === this.#server;
    const task = isCounted
      ? known!
      : this.#begin(request, undefined as C, false);
    task.waitUntil(promise);
  }

  /** Resolves to `true` when the next request is counted. */
  next(): Promise<true> {
    return new Promise((resolve) => {
      const come = () => {
        this.#coming.delete(come);
        resolve(true);
      };
      this.#coming.add(come);
    });
  }

  /** Aborts all and returns them; `by` a request, only the others, less those that end the server too. */
  abort(by: object | undefined): RequestTask<R, C>[] {
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
      notify(this.#waiting);
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

  #begin(request: R, clientAddress: C, inLoop: boolean): RequestTask<R, C> {
    const task = new RequestTask(
      this.#server,
      inLoop,
      request,
      clientAddress,
      this.#onEnd,
    );
    this.#tasks.push(task);
    this.#size++;
    notify(this.#coming);
    return task;
  }

  readonly #onEnd = (task: RequestTask<R, C>): void => {
    task.stopWatching?.();
    if (this.#tasks.remove(task)) {
      this.#size--;
      notify(this.#waiting);
    }
    this.#handling.ended(task);
  };

  #limit(task: RequestTask<R, C>, seconds: number): void {
    const expire = () => {
      task.abort();
      const subject = `the request within ${seconds} seconds`;
      this.#handling.late(task, timedOut({ syscall: "handle", subject }));
    };
    task.stopWatching = watch(waitOf(seconds)!, expire, expire);
  }

  /** The requests that a wait or an abort `by` a request is about. */
  #others(by: object | undefined): RequestTask<R, C>[] {
    const tasks = this.#tasks.toArray();
    if (by === undefined) return tasks;
    return tasks.filter(({ request }) =>
      request !== by && !this.#ending.has(request)
    );
  }
}

/** Tells all who wait; mostly nobody does, and to go through an empty set with every request takes time. */
function notify(waiting: ReadonlySet<() => void>): void {
  if (waiting.size === 0) return;
  for (const told of waiting) told();
}
