import { OSError } from "../../socket/errors.ts";

/** What says that the other end, or our own, is gone. */
const DISCONNECTED: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ENOTCONN",
  "ESHUTDOWN",
  "ECONNABORTED",
  "EPIPE",
  "EBADF",
]);

/** Tells whether an error says that the connection is gone. */
export function isDisconnection(error: unknown): boolean {
  return error instanceof OSError && DISCONNECTED.has(error.code);
}

/** Tells whether an error has one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof OSError && codes.includes(error.code);
}
