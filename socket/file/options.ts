import { checkInteger, kindOf } from "../arguments.ts";
import { checkErrorHandler, type ErrorHandler } from "./codecs/encoding.ts";
import type { Newline } from "./codecs/newlines.ts";

export type { ErrorHandler, Newline };

/** Python's `io.DEFAULT_BUFFER_SIZE`. */
export const DEFAULT_BUFFER_SIZE = 8192;

/** How a file buffers and, in text mode, how it encodes text. */
export interface MakefileOptions {
  /**
   * How many bytes to read ahead at most, and to gather before sending. 0 is
   * unbuffered, in binary mode only. 1 is line buffering in text mode, as Python
   * documents it (CPython's `makefile` ignores it), and one byte in binary
   * mode. A negative number is the default.
   *
   * @default {8192}
   */
  buffering?: number;
  /**
   * The encoding of the text, by Python's name for it or the Encoding
   * Standard's. Everything that `TextDecoder` knows can be read; UTF-8, ASCII,
   * Latin-1 and UTF-16 can be written too. "utf-16" begins with a byte order
   * mark and cannot be read without one; CPython does not write one to a
   * socket. `null` is the default. Ignored in binary mode, as in CPython.
   *
   * @default {"utf-8"}
   */
  encoding?: string | null;
  /**
   * What to do with bytes that cannot be decoded, or text that cannot be
   * encoded. `null` is the default. Ignored in binary mode, as in CPython.
   *
   * @default {"strict"}
   */
  errors?: ErrorHandler | null;
  /**
   * How lines end. `null` reads "\n", "\r" and "\r\n" all as "\n"; `""`
   * ends lines at the same three but leaves them as they are; "\n", "\r" and
   * "\r\n" end lines at just that. Writing turns "\n" into "\r" or "\r\n" if
   * `newline` is that and otherwise leaves it, on every platform. Ignored in
   * binary mode, as in CPython.
   *
   * @default {null}
   */
  newline?: Newline;
}

/** A checked mode and checked options. */
export interface FileFormat {
  /** The mode as {@linkcode SocketFile.mode} gives it. */
  readonly mode: string;
  readonly reading: boolean;
  readonly writing: boolean;
  readonly bufferSize: number;
  /** `undefined` in binary mode. */
  readonly text: TextFormat | undefined;
}

export interface TextFormat {
  readonly encoding: string;
  readonly errors: ErrorHandler;
  readonly newline: Newline;
  readonly lineBuffering: boolean;
}

function checkMode(mode: string): void {
  if (typeof mode !== "string") {
    throw new TypeError(
      `Cannot make a file: the mode must be a string, not ${typeof mode}`,
    );
  }
  if (!/^[rwb]*$/.test(mode)) {
    throw new RangeError(
      `Cannot make a file: the mode must be made of r, w and b, not "${mode}"`,
    );
  }
}

function checkNewline(newline: Newline): void {
  if (![null, "", "\n", "\r", "\r\n"].includes(newline)) {
    throw new RangeError(
      `Cannot make a file: newline must be null, "", "\\n", "\\r" or "\\r\\n", not ${
        JSON.stringify(newline)
      }`,
    );
  }
}

function textFormat(options: MakefileOptions): TextFormat {
  const { newline = null, buffering = -1 } = options;
  const encoding = options.encoding ?? "utf-8";
  const errors = options.errors ?? "strict";
  if (typeof encoding !== "string") {
    throw new TypeError(
      `Cannot make a file: the encoding must be a string, not ${
        kindOf(encoding)
      }`,
    );
  }
  if (buffering === 0) {
    throw new RangeError(
      "Cannot make a file: without buffering it must be binary",
    );
  }
  checkErrorHandler(errors);
  checkNewline(newline);
  return { encoding, errors, newline, lineBuffering: buffering === 1 };
}

/**
 * Checks a mode and options.
 *
 * @throws {TypeError} If one has the wrong type.
 * @throws {RangeError} If one has a value that it may not have.
 */
export function fileFormat(
  mode: string,
  options: MakefileOptions,
): FileFormat {
  checkMode(mode);
  const { buffering = -1 } = options;
  checkInteger("make a file", "buffering", buffering);
  const binary = mode.includes("b");
  const writing = mode.includes("w");
  const reading = mode.includes("r") || !writing;
  const text = binary ? undefined : textFormat(options);
  return {
    mode: binary ? `${reading ? "r" : ""}${writing ? "w" : ""}b` : mode,
    reading,
    writing,
    bufferSize: buffering < 0 || text?.lineBuffering
      ? DEFAULT_BUFFER_SIZE
      : buffering,
    text,
  };
}
