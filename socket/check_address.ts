import {
  type Address,
  type AddressInput,
  decodePath,
  type UnixAddress,
} from "./address.ts";
import { checkInteger, kindOf } from "./arguments.ts";
import { AF_INET, AF_INET6, AF_RDS, AF_UNIX } from "./constants/mod.ts";
import { platform } from "./constants/platform.ts";
import { OSError } from "./errors.ts";
import { encodeHost } from "./text/idna.ts";
import { UnicodeEncodeError } from "./text/unicode_errors.ts";

/** sizeof(sun_path), which includes the NUL that ends a path. */
const LONGEST_PATH = platform === "darwin" ? 104 : 108;

/**
 * Checks the shape of an address before a driver sees it, and returns it
 * complete, with the special hosts as numbers.
 *
 * @param call The call's name, for the message.
 * @throws {TypeError} If it does not have the shape of its family's addresses.
 * @throws {UnicodeEncodeError} If the host cannot be encoded for a name server
 * (IDNA), or a path has a lone surrogate that does not stand for a byte.
 * @throws {RangeError} If the port is not 0 to 65535 or the flow label not 0 to 1048575.
 * @throws {OSError} "AF_UNIX path too long", without `errno`.
 */
export function checkAddress<A extends Address>(
  call: string,
  family: number,
  address: AddressInput<A>,
): A {
  const checked = family === AF_UNIX
    ? checkUnix(call, address)
    : family === AF_INET || family === AF_INET6 || family === AF_RDS
    ? checkInternet(call, family, address)
    : checkOther(call, address);
  return checked as A;
}

function checkUnix(call: string, address: unknown): UnixAddress {
  if (typeof address !== "string" && !(address instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot ${call}: an AF_UNIX address must be a path or bytes, not ${
        kindOf(address)
      }`,
    );
  }
  const bytes = typeof address === "string" ? encodePath(address) : address;
  // An abstract name, which begins with NUL, needs no NUL at its end.
  if (bytes.length > LONGEST_PATH - (bytes[0] === 0 ? 0 : 1)) {
    const syscall = call.startsWith("create") ? "bind" : call;
    throw new OSError({ syscall, address, state: "AF_UNIX path too long" });
  }
  if (typeof address !== "string" || address.isWellFormed()) return address;
  return decodePath(bytes) ?? bytes;
}

/**
 * Encodes a path as CPython does: as UTF-8 in which U+DC80 to U+DCFF, where no
 * pair has them, stand for the bytes 0x80 to 0xFF (`surrogateescape`).
 */
function encodePath(path: string): Uint8Array {
  const encoder = new TextEncoder();
  if (path.isWellFormed()) return encoder.encode(path);
  const bytes: number[] = [];
  let index = 0;
  for (const character of path) {
    const code = character.codePointAt(0)!;
    if (code < 0xd800 || code > 0xdfff) {
      bytes.push(...encoder.encode(character));
    } else if (code >= 0xdc80 && code <= 0xdcff) {
      bytes.push(code - 0xdc00);
    } else {
      const reason = "surrogates not allowed";
      throw new UnicodeEncodeError("utf-8", path, index, reason);
    }
    index += character.length;
  }
  return Uint8Array.from(bytes);
}

function checkInternet(
  call: string,
  family: number,
  address: unknown,
): Address {
  const most = family === AF_INET6 ? 4 : 2;
  if (
    !Array.isArray(address) || address.length < 2 || address.length > most ||
    typeof address[0] !== "string"
  ) {
    throw new TypeError(
      family !== AF_INET6
        ? `Cannot ${call}: an AF_INET address must be [host, port], not ${
          kindOf(address)
        }`
        : `Cannot ${call}: an AF_INET6 address must be [host, port], [host, port, flowinfo] or [host, port, flowinfo, scopeid], not ${
          kindOf(address)
        }`,
    );
  }
  // By index: this is on the way of each datagram, and an iterator takes longer.
  const host = address[0];
  const port = address[1];
  if (host !== lastHost && host.includes("\0")) {
    throw new TypeError(`Cannot ${call}: the host must not contain NUL`);
  }
  checkInteger(call, "port", port, 0, 65535);
  const name = host === lastHost ? host : hostOf(family, host);
  if (family !== AF_INET6) return [name, port];
  const { 2: flowinfo = 0, 3: scopeid = 0 } = address;
  checkInteger(call, "flow label", flowinfo, 0, 0xfffff);
  checkInteger(call, "scope", scopeid, 0, 0xffffffff);
  return [name, port, flowinfo, scopeid];
}

/** The last host that was complete as it was given: mostly the next one is the same. */
let lastHost: string | undefined;

function hostOf(family: number, host: string): string {
  const special = specialHost(family, host);
  if (special !== undefined) return special;
  if (!/^[\0-\x7f]*$/.test(host)) return encodeHost(host);
  // On its own for IPv6 too, as "<broadcast>" is a name there only.
  if (host !== "<broadcast>") lastHost = host;
  return host;
}

/**
 * Returns the number of a special host: `""` is the wildcard address,
 * `"<broadcast>"` the IPv4 broadcast address; otherwise `undefined`.
 */
export function specialHost(family: number, host: string): string | undefined {
  if (host === "") return family === AF_INET6 ? "::" : "0.0.0.0";
  return host === "<broadcast>" && family !== AF_INET6
    ? "255.255.255.255"
    : undefined;
}

function checkOther(call: string, address: unknown): Address {
  const isPart = (part: unknown) =>
    typeof part === "string" || typeof part === "number" ||
    typeof part === "bigint" ||
    part instanceof Uint8Array;
  if (
    typeof address === "string" || address instanceof Uint8Array ||
    (Array.isArray(address) && address.every(isPart))
  ) {
    return address;
  }
  throw new TypeError(
    `Cannot ${call}: the address must be an array of strings, numbers and bytes, not ${
      kindOf(address)
    }`,
  );
}
