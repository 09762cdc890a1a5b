// What a program does beside the loop has to reach it: in Python only a handler can
// change what the loop waits for, here a timer or another task can as well.

/** The reason with which a wait is woken; no program has it. */
const WOKEN = Symbol("woken");

/** What waits, by what it waits for. */
const sleepers = new WeakMap<object, Set<AbortController>>();

/** Ends the waits for a map: its sockets, or what they are waited for, have changed. */
export function wake(map: object): void {
  for (const sleeper of sleepers.get(map) ?? []) sleeper.abort(WOKEN);
}

/**
 * Waits for the sockets of a map until {@linkcode wake}.
 *
 * @param wait Begins the wait, which is to end when the signal aborts.
 * @returns What the wait returns; `undefined` if it was woken.
 */
export async function untilWoken<T>(
  map: object,
  signal: AbortSignal | undefined,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  signal?.throwIfAborted();
  const sleeper = new AbortController();
  const abort = () => sleeper.abort(signal!.reason);
  const all = sleepers.get(map) ?? new Set();
  sleepers.set(map, all.add(sleeper));
  signal?.addEventListener("abort", abort);
  try {
    return await wait(sleeper.signal);
  } catch (error) {
    if (error !== WOKEN) throw error;
    return undefined;
  } finally {
    all.delete(sleeper);
    signal?.removeEventListener("abort", abort);
  }
}
