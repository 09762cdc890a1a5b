import type { Driver } from "./driver.ts";
import { sandbox } from "./sandbox/driver.ts";

let defaultDriver: Driver = sandbox;

/** Gives the driver of a call: its own, or the program's. */
export function driverFor(driver: Driver | undefined): Driver {
  return driver ?? defaultDriver;
}

/**
 * Sets the driver of all sockets that are made without a `driver` option; it
 * is the sandboxed one until then.
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
