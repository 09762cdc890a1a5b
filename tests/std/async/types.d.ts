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
/** Calls the function until it succeeds, with pauses of growing length between the attempts. */
export function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
): Promise<T>;

/** Settles as the promise does, or rejects with the signal's reason when it aborts. */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
