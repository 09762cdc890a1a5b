/** Options for {@linkcode delay}. */
export interface DelayOptions {
  signal?: AbortSignal;
  persistent?: boolean;
}
/** Resolves after the given number of milliseconds. */
export function delay(ms: number, options?: DelayOptions): Promise<void>;

/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  signal?: AbortSignal;
}
/** Rejects with a `TimeoutError` DOMException when the promise takes longer than `ms`. */
export function deadline<T>(
  p: Promise<T>,
  ms: number,
  options?: DeadlineOptions,
): Promise<T>;

/** Options for {@linkcode retry}. */
export interface RetryOptions {
  multiplier?: number;
  maxTimeout?: number;
  maxAttempts?: number;
  minTimeout?: number;
  jitter?: number;
}
/** Thrown when a function has failed as often as it may. */
export class RetryError extends Error {
  constructor(cause: unknown, attempts: number);
}
/** Calls the function until it succeeds, with pauses of growing length between the attempts. */
export function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
): Promise<T>;

/** Settles as the promise does, or rejects with the signal's reason when it aborts. */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/** Ends the iteration with the signal's reason when it aborts. */
export function abortable<T>(
  p: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T>;

/** A function whose calls wait until none has come for some time. */
export interface DebouncedFunction<T extends Array<unknown>> {
  (...args: T): void;
  clear(): void;
  flush(): void;
  readonly pending: boolean;
}
/** Makes a function that calls `fn` when it has not been called for `wait` milliseconds. */
export function debounce<T extends Array<unknown>>(
  fn: (this: DebouncedFunction<T>, ...args: T) => void,
  wait: number,
  options?: { signal?: AbortSignal },
): DebouncedFunction<T>;

/** Iterates over several iterables at once. */
export class MuxAsyncIterator<T> implements AsyncIterable<T> {
  add(iterable: AsyncIterable<T>): void;
  iterate(): AsyncIterableIterator<T>;
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/** Maps values to results, so many at a time, in their order. */
export function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R>;

/** Branches an iterable into several. */
export function tee<T, N extends number = 2>(
  iterable: AsyncIterable<T>,
  n?: N,
): AsyncIterable<T>[];
