/**
 * One call, the same for both languages: `["s.recv", 10]`, with an assignment
 * before it where the result is needed later: `["c, p = pair"]`. Names are
 * Python's. An argument that is
 *
 * - `"$AF_INET"` is a constant of the module's (or `$NaN`, `$Infinity`);
 * - `"@l"` is the local address of the socket in `l`, `"@l:port"` its port;
 * - `"@path"` is a path that nothing is at, the same all through the case,
 *   `"@path:2"` another;
 * - `{ bytes: "abc" }` is bytes, `{ buffer: 8 }` is a buffer to receive into;
 * - an array is a tuple.
 *
 * Without a dot before it, a call is a function of the module's, or one of
 * these: `pair` (two connected TCP sockets), `unixpair`, `server` (a listening
 * TCP socket), `free` (an address that nobody listens on), `pause` (some
 * seconds in which the kernel may get on).
 */
export type Call = readonly [call: string, ...args: Argument[]];

/** What a call can be given. */
export type Argument =
  | null
  | boolean
  | number
  | string
  | { readonly bytes: string }
  | { readonly buffer: number }
  | readonly Argument[];

/** How a call ended: its value in JSON, or what it threw, such as `"OSError 22 EINVAL"`. */
export type Outcome = string;

/** Where ours differs on purpose. */
export interface Difference {
  /** Which call of the sequence, the first is 0. */
  readonly call: number;
  /** How it ends here. */
  readonly ours: Outcome;
  /** Why. */
  readonly reason: string;
}

/** A sequence of calls that must end alike in CPython and here. */
export interface Case {
  readonly name: string;
  readonly calls: readonly Call[];
  /** The differences that are meant; anything else is an error. */
  readonly differs?: readonly Difference[];
}

/** Writes a call as a Python programmer would. */
export function show([call, ...args]: Call): string {
  return `${call}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`;
}
