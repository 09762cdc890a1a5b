/**
 * Something is not registered, or is registered already; Python's built-in class of
 * this name.
 *
 * @example Usage
 * ```ts
 * import { KeyError, poll } from "@berkeley/socket/select";
 * import { socket } from "@berkeley/socket/socket";
 * import { assertThrows } from "@std/assert";
 *
 * using s = socket();
 * assertThrows(() => poll().unregister(s), KeyError);
 * ```
 *
 * Port of [`KeyError`](https://docs.python.org/3/library/exceptions.html#KeyError).
 */
export class KeyError extends Error {
  /** The class's name. */
  override readonly name = "KeyError";
}
