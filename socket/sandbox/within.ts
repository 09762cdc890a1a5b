import type { OSErrorFields } from "../errors.ts";
import { neverWaits, type Wait, watch } from "../wait.ts";
import { outOfTime } from "./errors.ts";

/**
 * Waits for something that will happen in any case, but no longer than `wait`.
 * For promises that live on for long use an {@linkcode Intake}: every wait here
 * leaves a callback on the promise.
 */
export function within(
  event: Promise<void>,
  wait: Wait | undefined,
  fields: OSErrorFields,
): Promise<void> {
  if (wait === undefined) return event;
  return new Promise((resolve, reject) => {
    if (wait.signal?.aborted) return reject(wait.signal.reason);
    const stop = watch(
      wait,
      () => reject(outOfTime(neverWaits(wait), fields)),
      reject,
    );
    event.then(resolve, reject).finally(stop);
  });
}
