import { type OSError, timedOut } from "../socket/errors.ts";
import { waitOf, watch } from "../socket/wait.ts";

/** One request that is being handled. */
export class RequestTask {
  /** The request itself. */
  readonly request: object;
  /** Settles as the handling does, or resolves when it is cut off. */
  readonly ended: Promise<void>;
  #isCut = false;
  #aborting: AbortController | undefined;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;

  /** Begins with a request. */
  constructor(request: object) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.request = request;
    this.ended = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    tasks.set(request, this);
  }

  /** Whether it was cut off, so that what becomes of its handler is of no interest. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Aborts when the request is cut off. */
  get signal(): AbortSignal {
    this.#aborting ??= new AbortController();
    if (this.#isCut) this.#aborting.abort();
    return this.#aborting.signal;
  }

  /** Settles {@linkcode RequestTask.ended} as the handling has ended, and calls a function before. */
  follow(handling: Promise<void>, before: () => void): void {
    const end = (settle: () => void) => {
      this.#forget();
      before();
      settle();
    };
    handling.then(
      () => end(this.#resolve),
      (error) => end(() => this.#reject(error)),
    );
  }

  /** Waits for its end no longer. */
  cut(): void {
    this.#isCut = true;
    this.#aborting?.abort();
    this.#resolve();
  }

  /** Leaves the table: until a collection of garbage what nobody takes out stays in, and a full table makes that slow. */
  #forget(): void {
    // That it was cut off is asked for to the last.
    if (this.#isCut || tasks.get(this.request) !== this) return;
    tasks.delete(this.request);
  }
}

const tasks = new WeakMap<object, RequestTask>();

/** Gives the signal that aborts when a request is cut off. */
export function signalOf(request: object): AbortSignal {
  return tasks.get(request)?.signal ?? new AbortController().signal;
}

/** Whether a request was cut off. */
export function wasCut(request: object): boolean {
  return tasks.get(request)?.isCut ?? false;
}

/** How a request is handled. */
export interface Handling {
  /** Handles it. */
  readonly handle: (task: RequestTask) => Promise<void>;
  /** How long that may take; seconds, `null` for ever. */
  readonly timeout: number | null;
  /** Is told when it takes longer, and has been cut off. */
  readonly late: (error: OSError) => void;
}

/** The requests of one server that are being handled. */
export class Requests {
  readonly #tasks = new Set<RequestTask>();
  readonly #waiting = new Set<() => void>();
  readonly #coming = new Set<() => void>();
  // Requests whose handlers end the server: two that waited for each other
  // would wait for ever.
  readonly #ending = new WeakSet<object>();

  /** How many there are. */
  get size(): number {
    return this.#tasks.size;
  }

  /** Counts a request in until its handling has ended, or takes too long. */
  add(request: object, { handle, timeout, late }: Handling): RequestTask {
    const task = new RequestTask(request);
    this.#tasks.add(task);
    for (const came of this.#coming) came();
    this.#coming.clear();
    task.follow(handle(task), () => this.#remove(task));
    if (timeout !== null) this.#limit(task, timeout, late);
    return task;
  }

  /** Resolves to `true` when the next request is counted in. */
  next(): Promise<true> {
    return new Promise((resolve) => this.#coming.add(() => resolve(true)));
  }

  /** Cuts all off, on behalf of a request only the others that do not end the server, and gives them. */
  cut(by: object | undefined): RequestTask[] {
    const cut = this.#others(by);
    for (const task of cut) this.#cut(task);
    return cut;
  }

  /**
   * Waits until no more than `most` are left; on behalf of a request, neither itself
   * counts nor those that wait likewise.
   *
   * @param timeout Seconds; `null` for ever.
   * @returns Whether it came to that in time.
   * It rejects with the signal's reason if that aborts.
   */
  async left(
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
      this.#look();
    }
    const isReached = () =>
      (by === undefined ? this.size : this.#others(by).length) <= most;
    if (isReached()) return true;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const look = () => {
      if (isReached()) resolve(true);
    };
    const wait = waitOf(timeout, signal);
    const stop = wait && watch(wait, () => resolve(false), reject);
    this.#waiting.add(look);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(look);
      stop?.();
    }
  }

  /**
   * Waits until there are fewer than `bound`.
   *
   * @param timeout Seconds; `null` for ever.
   * @returns What is left of the timeout, and `undefined` if nothing is.
   * It rejects with the signal's reason if that aborts.
   */
  async room(
    bound: number,
    timeout: number | null,
    signal: AbortSignal | undefined,
  ): Promise<number | null | undefined> {
    const begin = performance.now();
    if (!(await this.left(bound - 1, { timeout, signal }))) return undefined;
    if (timeout === null) return null;
    return Math.max(0, timeout - (performance.now() - begin) / 1000);
  }

  /** Those that a wait, or a cut, on behalf of a request is about. */
  #others(by: object | undefined): RequestTask[] {
    const tasks = [...this.#tasks];
    if (by === undefined) return tasks;
    return tasks.filter(({ request }) =>
      request !== by && !this.#ending.has(request)
    );
  }

  /** Cuts a request off that takes longer than its seconds. */
  #limit(task: RequestTask, timeout: number, late: Handling["late"]): void {
    const expire = () => {
      this.#cut(task);
      const subject = `the request within ${timeout} seconds`;
      late(timedOut({ syscall: "handle", subject }));
    };
    const stop = watch(waitOf(timeout)!, expire, expire);
    task.ended.then(stop, stop);
  }

  #cut(task: RequestTask): void {
    task.cut();
    this.#remove(task);
  }

  #remove(task: RequestTask): void {
    if (this.#tasks.delete(task)) this.#look();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
