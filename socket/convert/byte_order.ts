import { checkInteger } from "../arguments.ts";

// A DataView writes in network order, a typed array over the same bytes reads
// in the host's. So nothing here needs to know the host's order.
const short = new Uint16Array(1);
const shortView = new DataView(short.buffer);
const long = new Uint32Array(1);
const longView = new DataView(long.buffer);

function check(call: string, value: number, maximum: number): void {
  checkInteger(`convert with ${call}`, "value", value, 0, maximum);
}

/**
 * Converts a 32-bit number from network to host byte order.
 *
 * @param value 0 to 4294967295.
 * @returns The number, its bytes reversed on a little-endian host.
 * @throws {RangeError} If the value is negative or above 4294967295 (Python: `OverflowError`).
 * @throws {TypeError} If the value is not an integer.
 *
 * @example Usage
 * ```ts
 * import { htonl, ntohl } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ntohl(htonl(0xc0000201)), 0xc0000201);
 * ```
 *
 * Port of [`socket.ntohl`](https://docs.python.org/3/library/socket.html#socket.ntohl), `ntohl(3)`.
 */
export function ntohl(value: number): number {
  check("ntohl", value, 0xffffffff);
  long[0] = value;
  return longView.getUint32(0);
}

/**
 * Converts a 16-bit number from network to host byte order.
 *
 * @param value 0 to 65535.
 * @returns The number, its bytes swapped on a little-endian host.
 * @throws {RangeError} If the value is negative or above 65535 (Python: `OverflowError`).
 * @throws {TypeError} If the value is not an integer.
 *
 * @example Usage
 * ```ts
 * import { htons, ntohs } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ntohs(htons(8080)), 8080);
 * ```
 *
 * Port of [`socket.ntohs`](https://docs.python.org/3/library/socket.html#socket.ntohs), `ntohs(3)`.
 */
export function ntohs(value: number): number {
  check("ntohs", value, 0xffff);
  short[0] = value;
  return shortView.getUint16(0);
}

/**
 * Converts a 32-bit number from host to network byte order.
 *
 * @param value 0 to 4294967295.
 * @returns The number, its bytes reversed on a little-endian host; never negative.
 * @throws {RangeError} If the value is negative or above 4294967295 (Python: `OverflowError`).
 * @throws {TypeError} If the value is not an integer.
 *
 * @example The host's memory then holds the bytes in network order
 * ```ts
 * import { htonl } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const memory = new Uint32Array([htonl(0xc0000201)]);
 * assertEquals(new Uint8Array(memory.buffer), new Uint8Array([192, 0, 2, 1]));
 * ```
 *
 * Port of [`socket.htonl`](https://docs.python.org/3/library/socket.html#socket.htonl), `htonl(3)`.
 */
export function htonl(value: number): number {
  check("htonl", value, 0xffffffff);
  longView.setUint32(0, value);
  return long[0];
}

/**
 * Converts a 16-bit number from host to network byte order.
 *
 * @param value 0 to 65535.
 * @returns The number, its bytes swapped on a little-endian host.
 * @throws {RangeError} If the value is negative or above 65535 (Python: `OverflowError`).
 * @throws {TypeError} If the value is not an integer.
 *
 * @example The host's memory then holds the bytes in network order
 * ```ts
 * import { htons } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const memory = new Uint16Array([htons(0x1f90)]);
 * assertEquals(new Uint8Array(memory.buffer), new Uint8Array([0x1f, 0x90]));
 * ```
 *
 * Port of [`socket.htons`](https://docs.python.org/3/library/socket.html#socket.htons), `htons(3)`.
 */
export function htons(value: number): number {
  check("htons", value, 0xffff);
  shortView.setUint16(0, value);
  return short[0];
}
