import type { MakefileOptions } from "./options.ts";
import { SocketFile } from "./socket_file.ts";
import type { FileSource } from "./source.ts";

export type { ErrorHandler, MakefileOptions, Newline } from "./options.ts";
export type { FileInput, ReadUntilOptions } from "./socket_file.ts";
export type { FileSource };
export { IncompleteReadError, LimitOverrunError } from "./errors.ts";
export { SocketFile };

/** The letters "r", "w" and "b", each once at most, in any order. */
export type MakefileMode =
  | "r"
  | "w"
  | "b"
  | "rw"
  | "wr"
  | "rb"
  | "br"
  | "wb"
  | "bw"
  | "rwb"
  | "rbw"
  | "wrb"
  | "wbr"
  | "brw"
  | "bwr";

/** The file that a mode opens: of bytes if there is a "b" in it, else of text. */
export type FileOf<M extends MakefileMode> = M extends `${string}b${string}`
  ? SocketFile<Uint8Array>
  : SocketFile<string>;

/**
 * Opens a file over a socket.
 *
 * @param source What to read from and write to.
 * @param mode Reads unless it says "w" alone; text unless it says "b".
 * @throws {TypeError} If mode or an option has the wrong type.
 * @throws {RangeError} If mode or an option has a value that there is none of.
 */
export function openFile<M extends MakefileMode>(
  source: FileSource,
  mode: M,
  options: MakefileOptions = {},
): FileOf<M> {
  return new SocketFile(source, mode, options) as FileOf<M>;
}
