import {
  openDecoder,
  type Piece,
} from "../../../socket/file/codecs/decoder.ts";
import type { ErrorHandler } from "../../../socket/file/codecs/encoding.ts";

/** Decodes bytes that arrive in parts of the given sizes, and the rest. */
export function decode(
  encoding: string,
  errors: ErrorHandler,
  data: Uint8Array,
  sizes: number[] = [],
): Piece[] {
  const decoder = openDecoder(encoding, errors);
  const pieces: Piece[] = [];
  let left = 0;
  let end = 0;
  for (const size of [...sizes, data.length]) {
    end = Math.min(data.length, end + size);
    left += decoder.decode(data.subarray(left, end), false, pieces);
  }
  decoder.decode(data.subarray(left), true, pieces);
  return pieces;
}

/** The text of pieces, with `{reason}` for undecodable bytes. */
export function text(pieces: Piece[]): string {
  return pieces.map((piece) =>
    typeof piece === "string" ? piece : `{${piece.reason}}`
  ).join("");
}
