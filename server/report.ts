import type { ServerEvent } from "./events.ts";

/**
 * Writes an error to the standard error stream, as Python's `handle_error` does.
 *
 * @param from The address of the client whose request failed.
 */
export function report(error: unknown, from: unknown): void {
  const line = "-".repeat(40);
  // deno-lint-ignore no-console -- as Python's; a server may override handleError
  console.error(
    "%s\nException occurred during processing of request from %o\n%o\n%s",
    line,
    from,
    error,
    line,
  );
}

/** Tells a server's `logEvent`, and reports what that throws: to log a request must not harm it. */
export function tell<R extends object, C>(
  server: { logEvent(event: ServerEvent<R, C>): void },
  event: ServerEvent<R, C>,
): void {
  try {
    server.logEvent(event);
  } catch (error) {
    report(error, "clientAddress" in event ? event.clientAddress : null);
  }
}
