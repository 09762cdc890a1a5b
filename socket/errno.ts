import {
  errno as numbers,
  type ErrnoCode,
  errnoCode,
} from "./constants/errno.ts";

export type { ErrnoCode };

/** The shape of {@linkcode errno}. */
export type Errno = Readonly<Record<ErrnoCode, number>> & {
  /** The code of each number that this platform has. */
  readonly errorcode: Readonly<Record<number, ErrnoCode>>;
};

let errorcode: Record<number, ErrnoCode> | undefined;

/** Where codes share a number, CPython's table names the last that it adds. */
const addedLast: readonly ErrnoCode[] = ["EDEADLOCK", "ENOTSUP"];

function codesByNumber(): Readonly<Record<number, ErrnoCode>> {
  const codes: Record<number, ErrnoCode> = {};
  for (const number of Object.values(numbers)) {
    const code = errnoCode(number);
    if (code !== undefined) codes[number] = code;
  }
  for (const code of addedLast) {
    if (numbers[code] !== -1) codes[numbers[code]] = code;
  }
  return Object.freeze(codes);
}

/**
 * Python's `errno` module: the number of each error code on this platform, and
 * `errorcode`, the code of each number.
 *
 * A code that this platform does not have, and that Python's module therefore
 * lacks, is -1. The `code` of an {@linkcode socket.OSError} needs no table.
 *
 * @example Tell errors apart by number, as in Python
 * ```ts
 * import { errno, socket } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using s = socket.socket();
 * s.close();
 * try {
 *   await s.recv(1024);
 * } catch (error) {
 *   if (!(error instanceof socket.OSError)) throw error;
 *   assertEquals(error.errno, errno.EBADF);
 *   assertEquals(errno.errorcode[errno.EBADF], "EBADF");
 * }
 * ```
 *
 * Port of [`errno`](https://docs.python.org/3/library/errno.html).
 */
export const errno: Errno = Object.freeze({
  ...numbers,
  get errorcode() {
    return errorcode ??= codesByNumber();
  },
});
