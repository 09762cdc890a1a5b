import {
  type ErrorHandler,
  findOwnEncoding,
  findWebDecoder,
  type OwnEncoding,
} from "./encoding.ts";
import { UnicodeEncodeError } from "../../text/unicode_errors.ts";

export interface Encoder {
  /** @throws {UnicodeEncodeError} If the encoding cannot represent the text. */
  encode(text: string): Uint8Array;
}

interface Format {
  /** Matches one character that cannot be encoded. */
  readonly unencodable: RegExp;
  readonly reason: string;
  /** Whether any byte may stand between two characters, as `surrogateescape` needs. */
  readonly bytewise: boolean;
  encode(text: string): Uint8Array;
}

let textEncoder: TextEncoder | undefined;

function encodeUtf8(text: string): Uint8Array {
  textEncoder ??= new TextEncoder();
  return textEncoder.encode(text);
}

function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    bytes[index] = text.charCodeAt(index);
  }
  return bytes;
}

function encodeUtf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let index = 0; index < text.length; index++) {
    view.setUint16(2 * index, text.charCodeAt(index), littleEndian);
  }
  return new Uint8Array(view.buffer);
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function utf16(littleEndian: boolean): Format {
  return {
    unencodable: LONE_SURROGATE,
    reason: "surrogates not allowed",
    bytewise: false,
    encode: (text) => encodeUtf16(text, littleEndian),
  };
}

const utf8: Format = {
  unencodable: LONE_SURROGATE,
  reason: "surrogates not allowed",
  bytewise: true,
  encode: encodeUtf8,
};

const formats: Readonly<Record<OwnEncoding, Format>> = {
  "ascii": {
    // deno-lint-ignore no-control-regex -- NUL is ASCII
    unencodable: /[^\x00-\x7f]/u,
    reason: "ordinal not in range(128)",
    bytewise: true,
    encode: encodeLatin1,
  },
  "latin-1": {
    // deno-lint-ignore no-control-regex -- NUL is Latin-1
    unencodable: /[^\x00-\xff]/u,
    reason: "ordinal not in range(256)",
    bytewise: true,
    encode: encodeLatin1,
  },
  "utf-16": utf16(true),
  "utf-16-be": utf16(false),
  "utf-16-le": utf16(true),
  "utf-8": utf8,
  "utf-8-sig": utf8,
};

const marks: Readonly<Partial<Record<OwnEncoding, readonly number[]>>> = {
  "utf-16": [0xff, 0xfe],
  "utf-8-sig": [0xef, 0xbb, 0xbf],
};

/** Writes `\xNN`, `\uNNNN` or `\UNNNNNNNN`, as Python does. */
function escape(character: string): string {
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return code < 0x10000
    ? `\\u${digits.padStart(4, "0")}`
    : `\\U${digits.padStart(8, "0")}`;
}

class FormatEncoder implements Encoder {
  readonly #encoding: string;
  readonly #format: Format;
  readonly #errors: ErrorHandler;
  #mark: readonly number[] | undefined;

  constructor(encoding: string, own: OwnEncoding, errors: ErrorHandler) {
    this.#encoding = encoding;
    this.#format = formats[own];
    this.#errors = errors;
    this.#mark = marks[own];
  }

  encode(text: string): Uint8Array {
    const bytes = this.#format.unencodable.test(text)
      ? this.#encodeFaulty(text)
      : this.#format.encode(text);
    if (this.#mark === undefined) return bytes;
    const marked = Uint8Array.of(...this.#mark, ...bytes);
    this.#mark = undefined;
    return marked;
  }

  #encodeFaulty(text: string): Uint8Array {
    const { unencodable, encode } = this.#format;
    const all = new RegExp(unencodable, "gu");
    switch (this.#errors) {
      case "ignore":
        return encode(text.replaceAll(all, ""));
      case "replace":
        return encode(text.replaceAll(all, "?"));
      case "backslashreplace":
        return encode(text.replaceAll(all, escape));
      case "surrogateescape":
        return this.#encodeEscaped(text, all);
      case "strict":
        throw this.#error(text, text.search(unencodable));
    }
  }

  #encodeEscaped(text: string, all: RegExp): Uint8Array {
    const { bytewise, encode } = this.#format;
    const bytes: number[] = [];
    let from = 0;
    for (const { 0: character, index } of text.matchAll(all)) {
      const code = character.charCodeAt(0);
      if (!bytewise || code < 0xdc80 || code > 0xdcff) {
        throw this.#error(text, index);
      }
      for (const byte of encode(text.slice(from, index))) bytes.push(byte);
      bytes.push(code - 0xdc00);
      from = index + 1;
    }
    for (const byte of encode(text.slice(from))) bytes.push(byte);
    return Uint8Array.from(bytes);
  }

  #error(text: string, start: number): UnicodeEncodeError {
    return new UnicodeEncodeError(
      this.#encoding,
      text,
      start,
      this.#format.reason,
    );
  }
}

/**
 * Makes the encoder of an encoding.
 *
 * @throws {RangeError} If the encoding is not known, or can only be read.
 */
export function openEncoder(encoding: string, errors: ErrorHandler): Encoder {
  const own = findOwnEncoding(encoding);
  if (own !== undefined) return new FormatEncoder(encoding, own, errors);
  findWebDecoder(encoding);
  throw new RangeError(
    `Cannot make a file: encoding "${encoding}" can be read but not written; encode the text yourself and write it to a binary file`,
  );
}
