import { checkInt, checkText, kindOf, viewOf } from "../arguments.ts";
import { AF_INET, AF_INET6 } from "../constants/mod.ts";
import { OSError, osError } from "../errors.ts";
import {
  formatIpv4,
  formatIpv6,
  parseIpv4,
  parseIpv4Loose,
  parseIpv6,
} from "../text/ip_address.ts";

/** Checks an address as text; a lone surrogate, too, cannot become a C string. */
function checkIp(call: string, ip: unknown): asserts ip is string {
  checkText(`convert with ${call}`, "address", ip);
  if (!ip.isWellFormed()) {
    throw new TypeError(
      `Cannot convert with ${call}: the address must have no lone surrogate, unlike ${
        JSON.stringify(ip)
      }`,
    );
  }
}

/** Views a packed address; `encoder` is the call that packs text. */
function packedBytes(
  call: string,
  encoder: string,
  packed: unknown,
): Uint8Array {
  const bytes = viewOf(packed);
  if (bytes !== undefined) return bytes;
  throw new TypeError(
    typeof packed === "string"
      ? `Cannot convert with ${call}: the packed address must be bytes, not a string; encode it with ${encoder}`
      : `Cannot convert with ${call}: the packed address must be bytes, not ${
        kindOf(packed)
      }`,
  );
}

function illegal(syscall: string, ip: string): OSError {
  return new OSError({
    syscall,
    subject: JSON.stringify(ip),
    state: "illegal IP address string",
  });
}

/**
 * Converts an IPv4 address from text to its four bytes.
 *
 * Like C's `inet_aton` it takes short forms (`"127.1"`), octal and hexadecimal
 * parts (`"0x7f.0.0.01"`) and ignores what follows white space; use
 * {@linkcode inetPton} to allow four decimal parts only. It follows glibc's
 * rules on every platform.
 *
 * @param ip One to four parts, of which the last fills the remaining bytes.
 * @returns The four bytes, the most significant first.
 * @throws {OSError} If the text is not such an address; without `errno`, as in
 * Python.
 * @throws {TypeError} If it is not a string, or has a NUL or a lone surrogate in
 * it.
 *
 * @example Usage
 * ```ts
 * import { inetAton } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inetAton("192.0.2.1"), new Uint8Array([192, 0, 2, 1]));
 * assertEquals(inetAton("127.1"), new Uint8Array([127, 0, 0, 1]));
 * ```
 *
 * Port of [`socket.inet_aton`](https://docs.python.org/3/library/socket.html#socket.inet_aton), `inet_aton(3)`.
 */
export function inetAton(ip: string): Uint8Array {
  checkIp("inetAton", ip);
  const bytes = parseIpv4Loose(ip.split(/[ \t\n\v\f\r]/, 1)[0]);
  if (bytes === undefined) throw illegal("inet_aton", ip);
  return bytes;
}

/**
 * Converts the four bytes of an IPv4 address to text.
 *
 * @param packed Four bytes, the most significant first.
 * @returns Four decimal parts, such as `"192.0.2.1"`.
 * @throws {OSError} If it is not four bytes long; without `errno`, as in Python.
 * @throws {TypeError} If it is not bytes.
 *
 * @example Usage
 * ```ts
 * import { inetNtoa } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inetNtoa(new Uint8Array([192, 0, 2, 1])), "192.0.2.1");
 * ```
 *
 * Port of [`socket.inet_ntoa`](https://docs.python.org/3/library/socket.html#socket.inet_ntoa), `inet_ntoa(3)`.
 */
export function inetNtoa(packed: ArrayBufferView | ArrayBuffer): string {
  const bytes = packedBytes("inetNtoa", "inetAton", packed);
  if (bytes.length !== 4) {
    throw new OSError({
      syscall: "inet_ntoa",
      subject: `${bytes.length} bytes`,
      state: "packed IP wrong length",
      hint: "an IPv4 address has 4 bytes",
    });
  }
  return formatIpv4(bytes);
}

/**
 * Converts an IP address of a family from text to its bytes.
 *
 * It follows glibc's rules on every platform: four decimal parts without
 * leading zeros for IPv4, no scope (`"%eth0"`) for IPv6.
 *
 * @param family `AF_INET` or `AF_INET6`.
 * @param ip The address.
 * @returns Four or sixteen bytes, the most significant first.
 * @throws {OSError} If the text is not an address of the family; without `errno`,
 * as in Python.
 * @throws {OSError} EAFNOSUPPORT if the family is another one.
 * @throws {TypeError} If the family is not an integer, or the address is not a
 * string, or has a NUL or a lone surrogate in it.
 * @throws {RangeError} If the family does not fit 32 bits.
 *
 * @example Usage
 * ```ts
 * import { AF_INET, AF_INET6, inetPton } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inetPton(AF_INET, "192.0.2.1"), new Uint8Array([192, 0, 2, 1]));
 * assertEquals(inetPton(AF_INET6, "::1")[15], 1);
 * ```
 *
 * Port of [`socket.inet_pton`](https://docs.python.org/3/library/socket.html#socket.inet_pton), `inet_pton(3)`.
 */
export function inetPton(family: number, ip: string): Uint8Array {
  checkInt("convert with inetPton", "family", family);
  checkIp("inetPton", ip);
  if (family !== AF_INET && family !== AF_INET6) {
    throw osError({
      syscall: "inet_pton",
      subject: `${JSON.stringify(ip)} of family ${family}`,
      code: "EAFNOSUPPORT",
    });
  }
  const bytes = family === AF_INET ? parseIpv4(ip) : parseIpv6(ip);
  if (bytes === undefined) throw illegal("inet_pton", ip);
  return bytes;
}

/**
 * Converts the bytes of an IP address of a family to text.
 *
 * It follows glibc on every platform: the first longest run of two or more zero
 * groups becomes `::`, and IPv4-mapped and IPv4-compatible addresses end in four
 * decimal parts.
 *
 * @param family `AF_INET` or `AF_INET6`.
 * @param packed Four or sixteen bytes, the most significant first.
 * @returns The address, such as `"192.0.2.1"` or `"2001:db8::1"`.
 * @throws {RangeError} If the family is another one, or the length is not the
 * family's (Python: `ValueError`).
 * @throws {TypeError} If the family is not an integer, or the address is not
 * bytes.
 *
 * @example Usage
 * ```ts
 * import { AF_INET6, inetNtop, inetPton } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const packed = inetPton(AF_INET6, "2001:0db8:0:0::0001");
 * assertEquals(inetNtop(AF_INET6, packed), "2001:db8::1");
 * ```
 *
 * Port of [`socket.inet_ntop`](https://docs.python.org/3/library/socket.html#socket.inet_ntop), `inet_ntop(3)`.
 */
export function inetNtop(
  family: number,
  packed: ArrayBufferView | ArrayBuffer,
): string {
  checkInt("convert with inetNtop", "family", family);
  const bytes = packedBytes("inetNtop", "inetPton", packed);
  if (family !== AF_INET && family !== AF_INET6) {
    throw new RangeError(
      `Cannot convert with inetNtop: the family must be AF_INET (${AF_INET}) or AF_INET6 (${AF_INET6}), not ${family}`,
    );
  }
  const length = family === AF_INET ? 4 : 16;
  if (bytes.length !== length) {
    throw new RangeError(
      `Cannot convert with inetNtop: the packed address must be ${length} bytes long, not ${bytes.length}`,
    );
  }
  return family === AF_INET ? formatIpv4(bytes) : formatIpv6(bytes);
}
