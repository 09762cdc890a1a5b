import { platform } from "../constants/platform.ts";

// struct cmsghdr of the 64-bit systems that Deno runs on: Linux and Windows
// count its length in 8 bytes and align to them, macOS in 4.
const ALIGNMENT = platform === "darwin" ? 4 : 8;
const HEADER = platform === "darwin" ? 12 : 16;

/** CPython's SOCKLEN_T_LIMIT: no result may be above C's INT_MAX. */
const MAXIMUM = 2 ** 31 - 1;

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function check(call: string, length: unknown, maximum: number): void {
  if (!Number.isInteger(length)) {
    throw new TypeError(
      `Cannot compute ${call}: the length must be an integer, not ${
        typeof length === "number" ? length : typeof length
      }`,
    );
  }
  if (!((length as number) >= 0 && (length as number) <= maximum)) {
    throw new RangeError(
      `Cannot compute ${call}: the length must be 0 to ${maximum} bytes, not ${length}`,
    );
  }
}

/**
 * Tells how long one ancillary message is, without the padding after it.
 *
 * Windows, where Python has no such function, gives what its own
 * `WSA_CMSG_LEN` gives on 64-bit systems, which is what Linux gives.
 *
 * @param length The length of the message's data, in bytes.
 * @returns The length with the header's, in bytes: 16 more on Linux, 12 on macOS.
 * @throws {RangeError} If it is negative or the result above 2147483647 (Python: `OverflowError`).
 * @throws {TypeError} If it is no integer.
 *
 * @example An `ancbufsize` for `recvmsg`: one descriptor, and nothing after it
 * ```ts
 * import { CMSG_LEN } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(CMSG_LEN(4) - CMSG_LEN(0), 4);
 * ```
 *
 * Port of [`socket.CMSG_LEN`](https://docs.python.org/3/library/socket.html#socket.CMSG_LEN), `cmsg(3)`.
 */
export function CMSG_LEN(length: number): number {
  check("CMSG_LEN", length, MAXIMUM - HEADER);
  return HEADER + length;
}

/**
 * Tells how much room one ancillary message takes, with the padding that lets
 * another one follow.
 *
 * Windows, where Python has no such function, gives what its own
 * `WSA_CMSG_SPACE` gives on 64-bit systems, which is what Linux gives.
 *
 * @param length The length of the message's data, in bytes.
 * @returns The room for header, data and padding, in bytes.
 * @throws {RangeError} If it is negative or the result above 2147483647 (Python: `OverflowError`).
 * @throws {TypeError} If it is no integer.
 *
 * @example An `ancbufsize` for `recvmsg`: two messages
 * ```ts
 * import { CMSG_LEN, CMSG_SPACE } from "@berkeley/socket/socket";
 * import { assert } from "@std/assert";
 *
 * const size = CMSG_SPACE(3) + CMSG_SPACE(12);
 * assert(size > CMSG_LEN(3) + CMSG_LEN(12));
 * ```
 *
 * Port of [`socket.CMSG_SPACE`](https://docs.python.org/3/library/socket.html#socket.CMSG_SPACE), `cmsg(3)`.
 */
export function CMSG_SPACE(length: number): number {
  // CPython's own limit, which leaves room for the padding of any length.
  check("CMSG_SPACE", length, MAXIMUM - HEADER - align(1));
  return HEADER + align(length);
}
