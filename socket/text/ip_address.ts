// Converts IP addresses between text and bytes, by glibc's rules on every
// platform, so that a text means the same host everywhere. Text that is not an
// address gives undefined: each caller throws its own error.

/** Parses a part of a loose IPv4 address, a C integer; `NaN` if it is not one. */
function parsePart(text: string): number {
  if (/^0[0-7]*$/.test(text)) return parseInt(text, 8);
  return /^(?:[1-9][0-9]*|0x[0-9a-f]+)$/i.test(text) ? Number(text) : NaN;
}

/**
 * Parses an IPv4 address of four decimal parts without leading zeros, as
 * `inet_pton(3)` does.
 */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".", 5);
  if (parts.length !== 4) return undefined;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) {
      return undefined;
    }
  }
  return Uint8Array.from(parts, Number);
}

/**
 * Parses an IPv4 address as `getaddrinfo(3)` does: one to four parts, each
 * decimal, octal with `0` or hexadecimal with `0x`. The last part fills the
 * remaining bytes.
 */
export function parseIpv4Loose(text: string): Uint8Array | undefined {
  const parts = text.split(".", 5).map(parsePart);
  const last = parts.pop()!;
  if (parts.length > 3 || !(last < 256 ** (4 - parts.length))) return undefined;
  if (!parts.every((part) => part < 256)) return undefined;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, last);
  bytes.set(parts);
  return bytes;
}

/** Parses an IPv6 address without a scope, as `inet_pton(3)` does. */
export function parseIpv6(text: string): Uint8Array | undefined {
  // A fast answer for IPv4: this runs for the address of every datagram.
  if (!text.includes(":")) return undefined;
  const halves = text.split("::", 3);
  if (halves.length > 2) return undefined;
  const [head, rest = []] = halves.map((half) =>
    half === "" ? [] : half.split(":")
  );
  const tail = halves.length === 2 ? rest : head;
  if (tail.at(-1)?.includes(".")) {
    const ipv4 = parseIpv4(tail.pop()!);
    if (ipv4 === undefined) return undefined;
    tail.push((ipv4[0] << 8 | ipv4[1]).toString(16));
    tail.push((ipv4[2] << 8 | ipv4[3]).toString(16));
  }
  const missing = 8 - head.length - rest.length;
  // "::" stands for at least one group of zeros.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const view = new DataView(new ArrayBuffer(16));
  const groups = [...head, ...Array<string>(missing).fill("0"), ...rest];
  for (const [index, group] of groups.entries()) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    view.setUint16(index * 2, parseInt(group, 16));
  }
  return new Uint8Array(view.buffer);
}

/** Formats the four bytes of an IPv4 address as `inet_ntop(3)` does. */
export function formatIpv4(bytes: Uint8Array): string {
  return bytes.join(".");
}

/** Finds the first longest run of zeros. */
function longestZeroRun(
  words: readonly number[],
): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let end = start;
    while (words[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

/**
 * Formats the sixteen bytes of an IPv6 address as `inet_ntop(3)` does: the first
 * longest run of two or more zeros becomes `::`, and an IPv4-mapped or
 * IPv4-compatible address ends in a dotted quad.
 */
export function formatIpv6(bytes: Uint8Array): string {
  const words = Array.from(
    { length: 8 },
    (_, index) => bytes[index * 2] << 8 | bytes[index * 2 + 1],
  );
  const { start, length } = longestZeroRun(words);
  const groups = words.map((word) => word.toString(16));
  const holdsIpv4 = start === 0 &&
    (length === 6 || (length === 5 && words[5] === 0xffff));
  if (holdsIpv4) groups.splice(6, 2, formatIpv4(bytes.subarray(12)));
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${
    groups.slice(start + length).join(":")
  }`;
}
