import type { MakefileOptions } from "./options.ts";
import { SocketFile } from "./socket_file.ts";
import type { FileSource } from "./source.ts";

export type { ErrorHandler, MakefileOptions, Newline } from "./options.ts";
export type { FileInput, ReadUntilOptions } from "./socket_file.ts";
export type { FileSource };
export { IncompleteReadError, LimitOverrunError } from "./errors.ts";
export { SocketFile };

/** The letters "r", "w" and "b", each at most once, in any order. */
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

/** The file that a mode opens: binary if the mode has a "b", else text. */
export type FileOf<M extends MakefileMode> = M extends `${string}b${string}`
  ? SocketFile<Uint8Array>
  : SocketFile<string>;

/**
 * Opens a file over a socket.
 *
 * @param source What to read from and write to.
 * @param mode For reading unless it has only a "w"; text unless it has a "b".
 * @throws {TypeError} If the mode or an option has the wrong type.
 * @throws {RangeError} If the mode or an option has a value that is not known.
 */
export function openFile<M extends MakefileMode>(
  source: FileSource,
  mode: M,
  options: MakefileOptions = {},
): FileOf<M> {
  return new SocketFile(source, mode, options) as FileOf<M>;
}
