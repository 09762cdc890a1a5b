/** A class, for changes to its prototype chain. */
type Class = abstract new (...args: never[]) => object;

/**
 * Puts the class that a mix-in has made between a class and the one that it extends,
 * where Python's `class ThreadingTCPServer(ThreadingMixIn, TCPServer)` has it.
 *
 * TypeScript can extend the result of a mix-in, but documentation knows a base only by
 * the name that it is exported under: so the class says `extends TCPServer`.
 */
export function insertBase(derived: Class, base: Class): void {
  Object.setPrototypeOf(derived, base);
  Object.setPrototypeOf(derived.prototype, base.prototype);
}
