import {
  type Codec,
  type ErrorHandler,
  findOwnEncoding,
  findWebDecoder,
  type OwnEncoding,
} from "./encoding.ts";
import { ascii, latin1 } from "./single_byte.ts";
import { utf16 } from "./utf16.ts";
import { utf8 } from "./utf8.ts";

/** Bytes that cannot be decoded and that the error handler did not replace. */
export interface Undecodable {
  readonly bytes: Uint8Array;
  readonly reason: string;
}

/** A piece of what decoding gives. */
export type Piece = string | Undecodable;

/** Decodes bytes that arrive in pieces. */
export interface Decoder {
  /**
   * Decodes bytes.
   *
   * @param final Whether the stream ends here.
   * @param pieces Receives the text, and the bytes that cannot be decoded.
   * @returns How many bytes were decoded. The rest begin a character; the next
   * call must begin with them.
   */
  decode(bytes: Uint8Array, final: boolean, pieces: Piece[]): number;
}

/** Gives the text that replaces undecodable bytes; `undefined` for an error. */
function handle(errors: ErrorHandler, bytes: Uint8Array): string | undefined {
  switch (errors) {
    case "strict":
      return undefined;
    case "ignore":
      return "";
    case "replace":
      return "\ufffd";
    case "surrogateescape":
      return bytes.some((byte) => byte < 0x80)
        ? undefined
        : String.fromCharCode(...Array.from(bytes, (byte) => 0xdc00 + byte));
    case "backslashreplace":
      return Array.from(
        bytes,
        (byte) => `\\x${byte.toString(16).padStart(2, "0")}`,
      ).join("");
  }
}

class CodecDecoder implements Decoder {
  readonly #codec: Codec;
  readonly #errors: ErrorHandler;

  constructor(codec: Codec, errors: ErrorHandler) {
    this.#codec = codec;
    this.#errors = errors;
  }

  decode(bytes: Uint8Array, final: boolean, pieces: Piece[]): number {
    const end = final ? bytes.length : this.#codec.complete(bytes);
    if (end === 0) return 0;
    const text = this.#codec.text(bytes.subarray(0, end));
    if (text === undefined) this.#decodeFaulty(bytes, end, pieces);
    else pieces.push(text);
    return end;
  }

  /** Decodes the first `most` bytes; the others only tell what is wrong with the last of these. */
  #decodeFaulty(bytes: Uint8Array, most: number, pieces: Piece[]): void {
    let text = "";
    let from = 0;
    for (;;) {
      const fault = this.#codec.fault(bytes, from);
      const end = Math.min(fault?.start ?? most, most);
      if (end > from) text += this.#codec.text(bytes.subarray(from, end)) ?? "";
      if (fault === undefined || end === most) break;
      const bad = bytes.subarray(fault.start, fault.end);
      const replacement = handle(this.#errors, bad);
      if (replacement === undefined) {
        pieces.push(text, { bytes: bad.slice(), reason: fault.reason });
        text = "";
      } else {
        text += replacement;
      }
      from = fault.end;
    }
    pieces.push(text);
  }
}

/** A decoder, and the length of the byte order mark that chose it. */
type Choice = readonly [decoder: Decoder, mark: number];

/** Lets a byte order mark choose the decoder, and drops the mark. */
class MarkDecoder implements Decoder {
  readonly #choose: (bytes: Uint8Array) => Choice | undefined;
  readonly #otherwise: Decoder;
  #decoder: Decoder | undefined;

  /**
   * @param choose Gives its choice; `undefined` to wait for more bytes.
   * @param otherwise Decodes if the stream ends before the choice.
   */
  constructor(
    choose: (bytes: Uint8Array) => Choice | undefined,
    otherwise: Decoder,
  ) {
    this.#choose = choose;
    this.#otherwise = otherwise;
  }

  decode(bytes: Uint8Array, final: boolean, pieces: Piece[]): number {
    if (this.#decoder !== undefined) {
      return this.#decoder.decode(bytes, final, pieces);
    }
    const choice = this.#choose(bytes);
    if (choice === undefined) {
      return final ? this.#otherwise.decode(bytes, final, pieces) : 0;
    }
    const [decoder, mark] = choice;
    this.#decoder = decoder;
    return mark + decoder.decode(bytes.subarray(mark), final, pieces);
  }
}

function utf8WithMark(errors: ErrorHandler): Decoder {
  const decoder = new CodecDecoder(utf8, errors);
  const mark = [0xef, 0xbb, 0xbf];
  return new MarkDecoder((bytes) => {
    const differs = mark.findIndex((byte, index) => byte !== bytes[index]);
    if (differs < 0) return [decoder, mark.length];
    return differs < bytes.length ? [decoder, 0] : undefined;
  }, decoder);
}

/** As in CPython, a missing mark is an error, whatever `errors` says. */
const withoutMark: Decoder = {
  decode(bytes, _final, pieces) {
    if (bytes.length > 0) {
      pieces.push({
        bytes: bytes.slice(),
        reason: "stream does not start with a byte order mark",
      });
    }
    return bytes.length;
  },
};

function utf16WithMark(errors: ErrorHandler): Decoder {
  return new MarkDecoder((bytes) => {
    if (bytes.length < 2) return undefined;
    const mark = bytes[0] << 8 | bytes[1];
    if (mark !== 0xfffe && mark !== 0xfeff) return [withoutMark, 0];
    return [new CodecDecoder(utf16(mark === 0xfffe), errors), 2];
  }, withoutMark);
}

/** Decodes by the runtime's `TextDecoder`. */
class WebDecoder implements Decoder {
  readonly #decoder: TextDecoder;
  readonly #errors: ErrorHandler;

  constructor(decoder: TextDecoder, errors: ErrorHandler) {
    this.#decoder = decoder;
    this.#errors = errors;
  }

  decode(bytes: Uint8Array, final: boolean, pieces: Piece[]): number {
    const text = this.#decoder.decode(bytes, { stream: !final });
    // A fatal decoder would lose the good text around a fault. So U+FFFD marks
    // faults; of the encodings decoded here only gb18030 can encode it itself.
    if (this.#errors === "ignore") pieces.push(text.replaceAll("\ufffd", ""));
    else if (this.#errors === "replace") pieces.push(text);
    else {
      text.split("\ufffd").forEach((part, index) => {
        if (index > 0) {
          pieces.push({
            bytes: bytes.slice(0, 0),
            reason: "no such character",
          });
        }
        if (part !== "") pieces.push(part);
      });
    }
    return bytes.length;
  }
}

function webDecoder(encoding: string, errors: ErrorHandler): Decoder {
  const decoder = findWebDecoder(encoding);
  if (decoder.encoding === "utf-8") return new CodecDecoder(utf8, errors);
  if (errors === "surrogateescape" || errors === "backslashreplace") {
    throw new RangeError(
      `Cannot make a file: errors "${errors}" is not available for encoding "${encoding}"`,
    );
  }
  return new WebDecoder(decoder, errors);
}

const makers: Readonly<
  Record<OwnEncoding, (errors: ErrorHandler) => Decoder>
> = {
  "ascii": (errors) => new CodecDecoder(ascii, errors),
  "latin-1": (errors) => new CodecDecoder(latin1, errors),
  "utf-16": utf16WithMark,
  "utf-16-be": (errors) => new CodecDecoder(utf16(false), errors),
  "utf-16-le": (errors) => new CodecDecoder(utf16(true), errors),
  "utf-8": (errors) => new CodecDecoder(utf8, errors),
  "utf-8-sig": utf8WithMark,
};

/**
 * Makes the decoder of an encoding.
 *
 * @throws {RangeError} If the encoding is not known, or cannot do what `errors`
 * says.
 */
export function openDecoder(encoding: string, errors: ErrorHandler): Decoder {
  const own = findOwnEncoding(encoding);
  return own === undefined ? webDecoder(encoding, errors) : makers[own](errors);
}
