import { checkDescriptor, checkInteger } from "./arguments.ts";
import {
  AF_INET,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from "./constants/mod.ts";
import type { Driver, Endpoint } from "./driver.ts";
import { sandbox } from "./sandbox/driver.ts";

let defaultDriver: Driver = sandbox;

// Flags that socket(2) allows in a type; the constants are -1 on platforms
// without them.
const NONBLOCK = Math.max(0, SOCK_NONBLOCK);
const CREATION_FLAGS = NONBLOCK | Math.max(0, SOCK_CLOEXEC);

/** Returns the driver to use: the given one, or the program's default. */
export function driverFor(driver: Driver | undefined): Driver {
  return driver ?? defaultDriver;
}

/**
 * Sets the driver of all sockets that are created without a `driver` option. At
 * the start it is the sandboxed one.
 *
 * @param driver The driver; `null` for the sandboxed one.
 *
 * @example Usage
 * ```ts
 * import { setDefaultDriver } from "@berkeley/socket/socket";
 *
 * setDefaultDriver(null); // the sandboxed driver, as at the start
 * ```
 *
 * Not in Python, whose sockets have one driver; it stands beside
 * {@linkcode setdefaulttimeout}.
 */
export function setDefaultDriver(driver: Driver | null): void {
  defaultDriver = driver ?? sandbox;
}

/** Opens a socket with the driver, or takes over the socket `fileno`. */
export function openEndpoint(
  driver: Driver,
  family: number | undefined,
  type: number | undefined,
  proto: number | undefined,
  fileno: unknown,
): Endpoint {
  for (const [what, value] of Object.entries({ family, type, proto })) {
    if (value !== undefined) checkInteger("socket", what, value);
  }
  if (fileno !== undefined) checkDescriptor("socket", fileno);
  const kind = type === undefined ? undefined : type & ~CREATION_FLAGS;
  return fileno === undefined
    ? driver.open(family ?? AF_INET, kind ?? SOCK_STREAM, proto ?? 0)
    : driver.adopt(fileno, { family, type: kind, proto });
}

/** Tells whether a type includes SOCK_NONBLOCK. */
export function isNonBlockingType(type: number | undefined): boolean {
  return ((type ?? 0) & NONBLOCK) !== 0;
}
