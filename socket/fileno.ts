import type { Endpoint } from "./driver.ts";

/** The endpoint whose number was last asked for. */
let asked: Endpoint | undefined;

/** Notes that a socket is asked for its number; `undefined` for one that is closed. */
export function noteAsked(endpoint: Endpoint | undefined): void {
  asked = endpoint;
}

/**
 * Returns the endpoint whose number an object's `fileno()` gives: that of a socket in
 * it, as of a server or a file. So the object need not be known here, and it works
 * where the driver has no numbers. Of another descriptor it returns the number.
 */
export function endpointBehind(
  object: { fileno(): number },
): Endpoint | number {
  asked = undefined;
  let fd: number | undefined;
  try {
    fd = object.fileno();
  } catch (error) {
    // A driver without numbers throws when it is asked.
    if (asked === undefined) throw error;
  }
  const endpoint = asked as Endpoint | undefined;
  asked = undefined;
  if (fd === undefined) return endpoint!;
  return endpoint?.resource === fd ? endpoint : fd;
}
