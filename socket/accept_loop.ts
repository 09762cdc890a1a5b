import { BackOff, isPassing } from "./back_off.ts";
import { OSError } from "./errors.ts";
import type { WaitOptions } from "./wait.ts";

/**
 * Accepts for ever: pauses and goes on where `accept` fails for a passing
 * reason, ends quietly when the socket is closed or the signal aborts.
 */
export async function* acceptAll<T>(
  accept: (options: WaitOptions) => Promise<T>,
  { signal }: WaitOptions,
): AsyncGenerator<T, void, void> {
  const backOff = new BackOff();
  while (!signal?.aborted) {
    try {
      const accepted = await accept({ signal });
      backOff.reset();
      yield accepted;
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return;
      if (!(error instanceof OSError)) throw error;
      if (error.code === "EBADF") return;
      if (!isPassing(error)) throw error;
      await backOff.pause(error, { signal });
    }
  }
}
