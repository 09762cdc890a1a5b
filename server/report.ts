/**
 * Writes an error to the standard error stream, as Python's `handle_error` does.
 *
 * @param from Who sent the request that failed.
 */
export function report(error: unknown, from: unknown): void {
  const line = "-".repeat(40);
  // deno-lint-ignore no-console -- what Python's does, and what a server may override
  console.error(
    "%s\nException occurred during processing of request from %o\n%o\n%s",
    line,
    from,
    error,
    line,
  );
}
