import { errno } from "../constants/errno.ts";
import {
  type OSError,
  type OSErrorFields,
  osErrorFromErrno,
} from "../errors.ts";
import { libc } from "./libc.ts";

const word = new Int32Array(1);
const bytes = new Uint8Array(word.buffer);
// Each thread has its own errno, at an address that never changes.
let location: bigint | undefined;

/**
 * Returns the number that the last failed call left in `errno`. Read it before
 * anything else: between two calls in a row nothing of Deno's can change it.
 */
export function lastErrno(): number {
  libc().copyFrom(bytes, location ??= libc().errnoLocation(), 4n);
  return word[0];
}

/** Creates the error of the last failed call. */
export function lastError(fields: OSErrorFields): OSError {
  return osErrorFromErrno(lastErrno(), fields);
}

/**
 * Returns the result of a call; throws its error if it is negative.
 *
 * @param result What the call has just returned.
 */
export function check(result: number, fields: OSErrorFields): number {
  if (result < 0) throw lastError(fields);
  return result;
}

/** What a call returns in place of a result that the kernel does not have yet. */
export const PENDING: unique symbol = Symbol("pending");

/**
 * Tells what became of a call that has just returned a negative number: `true`
 * if a signal interrupted it and it is to be made again, `false` if the kernel
 * says that it would have to wait.
 *
 * @throws {OSError} Any other error of the call.
 */
export function wasInterrupted(fields: () => OSErrorFields): boolean {
  const number = lastErrno();
  if (number === errno.EINTR) return true;
  if (number === errno.EAGAIN) return false;
  throw osErrorFromErrno(number, fields());
}
