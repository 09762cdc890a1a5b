/** One value of DER: what it is, and its content. */
export interface DerValue {
  /** The first byte: class, form and number of the type. */
  readonly tag: number;
  /** The content. */
  readonly bytes: Uint8Array;
}

/** Tags of the types that certificates are made of, ITU-T X.690. */
export const Tag = {
  BOOLEAN: 0x01,
  IDENTIFIER: 0x06,
  BMP_STRING: 0x1e,
  UNIVERSAL_STRING: 0x1c,
  T61_STRING: 0x14,
  UTC_TIME: 0x17,
} as const;

const HIGH = 0x80;
const DIGITS = 0x7f;

/**
 * Reads the values that stand one behind the other.
 *
 * @throws {RangeError} If the bytes are not DER.
 */
export function readDer(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at++];
    let size = bytes[at++];
    if (size > HIGH) {
      const end = at + (size & DIGITS);
      for (size = 0; at < end; at++) size = size * 256 + bytes[at];
    }
    // What is not there is NaN, and so is this comparison false.
    if (!(at + size <= bytes.length)) {
      throw new RangeError("Cannot read the certificate: it is not DER");
    }
    values.push({ tag, bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return values;
}

/** Writes an object identifier as numbers with points between. */
export function identifierText(bytes: Uint8Array): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of bytes) {
    number = number * 128 + (byte & DIGITS);
    if (byte & HIGH) continue;
    if (numbers.length === 0) {
      const first = Math.min(Math.floor(number / 40), 2);
      numbers.push(first, number - first * 40);
    } else numbers.push(number);
    number = 0;
  }
  return numbers.join(".");
}

/** Decodes a string of any of the types that names have. */
export function stringText({ tag, bytes }: DerValue): string {
  if (tag === Tag.T61_STRING) return new TextDecoder("latin1").decode(bytes);
  if (tag === Tag.BMP_STRING) return new TextDecoder("utf-16be").decode(bytes);
  if (tag !== Tag.UNIVERSAL_STRING) return new TextDecoder().decode(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const points = Array.from(
    { length: bytes.length >> 2 },
    (_, at) => view.getUint32(at * 4),
  );
  return String.fromCodePoint(...points);
}

/** Returns the milliseconds since 1970 of a time. */
export function timeOf({ tag, bytes }: DerValue): number {
  const text = new TextDecoder().decode(bytes);
  // Two digits are a year from 1950 to 2049, RFC 5280 section 4.1.2.5.1.
  const whole = tag !== Tag.UTC_TIME
    ? text
    : `${text < "50" ? "20" : "19"}${text}`;
  const numbers = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(whole);
  if (numbers === null) {
    throw new RangeError("Cannot read the certificate: it has no valid time");
  }
  const [, year, month, day, hours, minutes, seconds] = numbers.map(Number);
  return Date.UTC(year, month - 1, day, hours, minutes, seconds);
}
