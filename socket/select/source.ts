import { checkInteger, kindOf } from "../arguments.ts";
import type { Driver, Endpoint } from "../driver.ts";
import { driverFor } from "../drivers.ts";
import { osError } from "../errors.ts";
import { endpointBehind } from "../fileno.ts";
import { endpointOf, Socket } from "../socket.ts";
import type { Pollable } from "../wait.ts";

/**
 * What can be waited for: a socket, an object whose `fileno()` is that of a socket in
 * it (a server, a file of `makefile`, a class of the program's), an endpoint of a
 * driver, or, for a driver that has them, a descriptor's number or an object whose
 * `fileno()` returns one.
 */
export type Selectable =
  // deno-lint-ignore no-explicit-any -- whatever its addresses are
  | Socket<any, any>
  | { fileno(): number }
  | Endpoint
  | number;

/** Where the readiness of an object is to be seen. */
export interface Source {
  readonly pollable: Pollable;
  /** The descriptor; `undefined` if the driver has none. */
  readonly fd: number | undefined;
  /** Whether it is a descriptor's number, which may be closed without our knowing. */
  readonly isBare: boolean;
  /** The same for all objects of one socket: the descriptor, or the endpoint. */
  readonly key: unknown;
}

/** Options of what takes descriptors' numbers. */
export interface DriverOption {
  /** The driver whose descriptors the numbers are; the program's default driver if omitted. */
  driver?: Driver;
}

/**
 * Finds where the readiness of an object is to be seen.
 *
 * @throws {TypeError} If it is nothing that can be waited for.
 * @throws {RangeError} If it is a number that no descriptor has.
 * @throws {OSError} EBADF if its socket is closed, EOPNOTSUPP if it is a number and
 * the driver has none.
 */
export function sourceOf(
  call: string,
  object: Selectable,
  driver?: Driver,
): Source {
  if (object instanceof Socket) return ofEndpoint(endpointOf(object, call));
  if (typeof object === "number") return ofNumber(call, object, driver);
  if (isEndpoint(object)) return ofEndpoint(object);
  if (typeof object?.fileno !== "function") {
    throw new TypeError(
      `Cannot ${call}: it must be a socket, a number or have a fileno(), not ${
        kindOf(object)
      }`,
    );
  }
  const found = endpointBehind(object);
  if (typeof found !== "number") return ofEndpoint(found);
  if (found === -1) throw osError({ code: "EBADF", syscall: call });
  return ofNumber(call, found, driver);
}

function ofEndpoint(endpoint: Endpoint): Source {
  const { resource } = endpoint;
  const fd = typeof resource === "number" ? resource : undefined;
  return { pollable: endpoint, fd, isBare: false, key: fd ?? endpoint };
}

function ofNumber(call: string, fd: number, driver?: Driver): Source {
  checkInteger(call, "descriptor", fd, 0, 0x7fffffff);
  const pollable = driverFor(driver).file(fd);
  return { pollable, fd, isBare: true, key: fd };
}

function isEndpoint(object: unknown): object is Endpoint {
  return typeof object === "object" && object !== null && "poll" in object &&
    "observe" in object;
}
