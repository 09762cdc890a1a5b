/** Makes the error of a request whose Worker is no more. */
export function ended(how: string, options?: ErrorOptions): Error {
  return new Error(
    `Cannot go on with the request: its Worker ended ${how}`,
    options,
  );
}
