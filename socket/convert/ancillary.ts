import { checkInteger } from "../arguments.ts";
import { platform } from "../constants/platform.ts";

// struct cmsghdr of the 64-bit systems that Deno runs on: its length field and
// alignment have 8 bytes on Linux and Windows, 4 on macOS.
const ALIGNMENT = platform === "darwin" ? 4 : 8;
const HEADER = platform === "darwin" ? 12 : 16;

// CPython's SOCKLEN_T_LIMIT, which is C's INT_MAX.
const MAXIMUM = 2 ** 31 - 1;

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function check(call: string, length: number, maximum: number): void {
  checkInteger(`compute ${call}`, "length", length, 0, maximum, "bytes");
}

/**
 * Computes the length of an ancillary message, without the padding after it.
 *
 * Python does not have it on Windows; there the result is `WSA_CMSG_LEN`'s on
 * 64-bit systems, the same as on Linux.
 *
 * @param length The length of the message's data, in bytes.
 * @returns The length with the header, in bytes: 16 more on Linux, 12 on macOS.
 * @throws {RangeError} If the length is negative, or the result is above 2147483647 (Python: `OverflowError`).
 * @throws {TypeError} If the length is not an integer.
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
 * Computes the space that an ancillary message takes, with the padding that lets
 * another one follow.
 *
 * Python does not have it on Windows; there the result is `WSA_CMSG_SPACE`'s on
 * 64-bit systems, the same as on Linux.
 *
 * @param length The length of the message's data, in bytes.
 * @returns The space for header, data and padding, in bytes.
 * @throws {RangeError} If the length is negative, or the result is above 2147483647 (Python: `OverflowError`).
 * @throws {TypeError} If the length is not an integer.
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
  // CPython's limit, which leaves space for the padding of any length.
  check("CMSG_SPACE", length, MAXIMUM - HEADER - align(1));
  return HEADER + align(length);
}
