import { SOCK_CLOEXEC, SOCK_NONBLOCK } from "../constants/mod.ts";
import { osError, type OSErrorFields } from "../errors.ts";
import {
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  isDarwin,
  O_NONBLOCK,
} from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { check } from "./syscall.ts";

/** Flags that make a new descriptor non-blocking and close-on-exec, where the system has them. */
export const NEW: number = isDarwin ? 0 : SOCK_NONBLOCK | SOCK_CLOEXEC;

/** Makes a new descriptor non-blocking and close-on-exec, where {@linkcode NEW} has not. */
export function makeOwn(fd: number): number {
  if (isDarwin) {
    setInheritable(fd, false);
    setNonBlocking(fd);
  }
  return fd;
}

// What an ioctl may write. The kernel does not know how long the caller's bytes
// are, so it writes into these: no structure of a request is larger, and the
// few whose size the request tells are checked against that.
const LONGEST = 16384;

/** Tells whether child processes inherit a descriptor. */
export function getInheritable(fd: number): boolean {
  const flags = check(libc().fcntl(fd, F_GETFD, 0), {
    syscall: "getInheritable",
  });
  return (flags & FD_CLOEXEC) === 0;
}

/** Sets whether child processes inherit a descriptor. */
export function setInheritable(fd: number, inheritable: boolean): void {
  const flags = inheritable ? 0 : FD_CLOEXEC;
  check(libc().fcntl(fd, F_SETFD, flags), { syscall: "setInheritable" });
}

/** Makes a descriptor non-blocking. */
export function setNonBlocking(fd: number): void {
  setBlocking(fd, false, {
    syscall: "fromfd",
    subject: `descriptor ${fd}`,
  });
}

/** Makes a descriptor blocking or not. */
export function setBlocking(
  fd: number,
  on: boolean,
  fields: OSErrorFields,
): void {
  const flags = check(libc().fcntl(fd, F_GETFL, 0), fields);
  const wanted = on ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  if (wanted !== flags) check(libc().fcntl(fd, F_SETFL, wanted), fields);
}

/** Duplicates a descriptor; child processes do not inherit the new one. */
export function duplicate(fd: number): number {
  const fields = { syscall: "dup", subject: `descriptor ${fd}` };
  return check(libc().fcntl(fd, F_DUPFD_CLOEXEC, 0), fields);
}

/** Performs a control request. */
export function ioctl(
  fd: number,
  request: number,
  argument: number | Uint8Array,
): number | Uint8Array {
  const fields = { syscall: "ioctl", subject: `0x${request.toString(16)}` };
  const number = BigInt.asUintN(64, BigInt(request));
  if (typeof argument === "number") {
    // As in Python a C int; it is no address of anything.
    const value = BigInt.asUintN(32, BigInt(argument));
    return check(libc().ioctlNumber(fd, number, value), fields);
  }
  if (argument.length > LONGEST) {
    throw osError({
      ...fields,
      code: "EINVAL",
      hint: `at most ${LONGEST} bytes`,
    });
  }
  const room = new Uint8Array(LONGEST);
  room.set(argument);
  check(libc().ioctl(fd, number, room), fields);
  return room.slice(0, argument.length);
}
