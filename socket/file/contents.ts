/**
 * What has come and was not yet read: bytes or text.
 *
 * A buffer is counted in two ways that are the same for bytes: its *length* is
 * what a caller counts, bytes or characters (code points, as Python counts);
 * its *span* is what a search counts, bytes or UTF-16 units.
 */
export interface Contents<T> {
  /** How many bytes or characters there are. */
  readonly length: number;
  /** How many bytes or UTF-16 units there are. */
  readonly span: number;
  /** How many bytes or characters lie between two offsets. */
  lengthOf(start: number, end: number): number;
  /** Finds a separator from an offset on and gives its own offset, or -1. */
  indexOf(separator: T, from: number): number;
  /** Takes the first bytes or characters out, as many as told. */
  take(length: number): T;
  /** Takes out what lies before an offset. */
  takeSpan(span: number): T;
}
