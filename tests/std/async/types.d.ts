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
