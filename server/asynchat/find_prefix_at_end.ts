import { endsWith } from "@std/bytes/ends-with";

/**
 * Tells how much of a beginning of `needle` is at the end of `haystack`, which does not
 * have all of it.
 *
 * @param haystack The bytes received so far.
 * @param needle The bytes to look for.
 * @returns How many bytes of the needle are there: the most that fit, 0 if none.
 *
 * @example As in the comment of Python's source
 * ```ts
 * import { b } from "@berkeley/socket";
 * import { findPrefixAtEnd } from "@berkeley/socket/asynchat";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(findPrefixAtEnd(b`qwerty\r`, b`\r\n`), 1);
 * assertEquals(findPrefixAtEnd(b`qwertydkjf`, b`\r\n`), 0);
 * ```
 *
 * Port of [`asynchat.find_prefix_at_end`](https://docs.python.org/3.11/library/asynchat.html).
 */
export function findPrefixAtEnd(
  haystack: Uint8Array,
  needle: Uint8Array,
): number {
  let length = needle.length - 1;
  while (length !== 0 && !endsWith(haystack, needle.subarray(0, length))) {
    length--;
  }
  return length;
}
