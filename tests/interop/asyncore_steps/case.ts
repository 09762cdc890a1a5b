// Cases that CPython and this library both run: dispatchers whose handlers do what the
// case says, peers, and what is done with them. All names are Python's.

/** The classes of dispatchers. */
export type Kind =
  | "dispatcher"
  | "dispatcher_with_send"
  | "file_dispatcher"
  | "async_chat";

/** Something that a handler or the script does: its name, and arguments. */
export type Op = readonly [name: string, ...args: readonly unknown[]];

/** What a dispatcher is. */
export interface Spec {
  /** `dispatcher` if omitted. */
  readonly kind?: Kind;
  /**
   * What each handler does; what its class does if omitted. A list of lists says what
   * each call does, the last one all further calls.
   */
  readonly on?: Readonly<Record<string, readonly Op[] | readonly Op[][]>>;
  /**
   * What `writable` returns; `busy` is true without a connection only, and for classes
   * that buffer what these say. `busy` if omitted.
   */
  readonly writable?: boolean | "busy" | "inherited";
  /** What `readable` returns; true if omitted. */
  readonly readable?: boolean;
  /** Handlers whose calls are not recorded, as there may be any number. */
  readonly quiet?: readonly string[];
  /** Attributes to set. */
  readonly attributes?: Readonly<Record<string, number>>;
  /** The terminator, for `async_chat`; see `set_terminator`. */
  readonly terminator?: string | number | null;
}

/** One case. */
export interface Case {
  readonly name: string;
  /** The drivers that can do it; both if omitted. */
  readonly driver?: "POSIX";
  /** The way to wait; both if omitted. */
  readonly wait?: "select" | "poll";
  /** The dispatchers by name. */
  readonly specs: Readonly<Record<string, Spec>>;
  readonly script: readonly Op[];
  /** What is other here, on purpose: a line of CPython's, ours, and why. */
  readonly differs?: readonly (readonly [
    python: string,
    ours: string,
    reason: string,
  ])[];
}

/** Handlers that both record. */
export const handlers = [
  "handle_read",
  "handle_write",
  "handle_expt",
  "handle_connect",
  "handle_accept",
  "handle_accepted",
  "handle_close",
  "handle_error",
] as const;

/** The naming rule: each `_x` is `X`. */
export function camelCase(name: string): string {
  return name.replace(/(?<=.)_([a-z])/g, (_, letter) => letter.toUpperCase());
}

/** Makes what is expected here of what CPython does. */
export function expectedOf(
  { name, differs = [] }: Case,
  python: readonly string[],
): string[] {
  const lines = [...python];
  for (const [from, to] of differs) {
    const at = lines.indexOf(from);
    if (at < 0) throw new Error(`${name}: CPython never did ${from}`);
    lines[at] = to;
  }
  return lines;
}
