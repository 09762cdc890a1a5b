import { kindOf } from "../arguments.ts";
import { POLLNVAL } from "../constants/poll.ts";
import { osError } from "../errors.ts";
import { checkTimeout, type Wait, waitOf, type WaitOptions } from "../wait.ts";
import { EXCEPT, READ, WRITE } from "./fd_sets.ts";
import { type Interest, InterestList } from "./interest_list.ts";
import {
  type DriverOption,
  type Selectable,
  type Source,
  sourceOf,
} from "./source.ts";

const SETS = [READ, WRITE, EXCEPT];

/** Options of {@linkcode select}. */
export interface SelectOptions extends WaitOptions, DriverOption {}

/**
 * Waits until some of several sockets are ready.
 *
 * Where Python takes whatever has a descriptor, this takes sockets of every driver, and
 * what holds one: a server, a file of `makefile`, an object of the program's whose
 * `fileno()` asks a socket for its own. It looks at every socket at each call; for
 * thousands of idle ones use `poll()` or a selector.
 *
 * Drivers: in the sandbox a socket is ready to read when data, the end of the stream,
 * an error or a connection has been taken in advance, which the next receive or accept
 * gets; nothing is ever exceptional. In POSIX the kernel decides, out-of-band data is
 * exceptional, and descriptors' numbers are taken as well.
 *
 * @param rlist What to wait for until it can be read: data, the end of the stream, an
 * error, or a connection to accept.
 * @param wlist What to wait for until it can be written, or until its `connect` of a
 * non-blocking socket is over, whose result is the option `SO_ERROR`.
 * @param xlist What to wait for until it has out-of-band data.
 * @param timeout Seconds; 0 does not wait, `null` or none waits for ever.
 * @param options `signal`: cancels the call when it aborts; `driver`: whose
 * descriptors numbers are.
 * @returns Of each list what is ready, in its order; three empty lists if time ran out.
 * @throws {OSError} EBADF if a socket is closed.
 * @throws {TypeError} If something is no socket and has none.
 * @throws {RangeError} If the timeout is negative.
 *
 * @example Receive from whichever has something
 * ```ts
 * import { select } from "@berkeley/socket/select";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * const [c, d] = await socketpair();
 * using _a = a, _b = b, _c = c, _d = d;
 * await b.sendall(new TextEncoder().encode("hello"));
 * const [readable, writable] = await select([a, c], [], [], 1);
 * assertEquals(readable, [a]);
 * assertEquals(writable, []);
 * ```
 *
 * Port of [`select.select`](https://docs.python.org/3/library/select.html#select.select), `select(2)`.
 */
export async function select<
  R extends Selectable,
  W extends Selectable,
  X extends Selectable,
>(
  rlist: Iterable<R>,
  wlist: Iterable<W>,
  xlist: Iterable<X>,
  timeout: number | null = null,
  options: SelectOptions = {},
): Promise<[readable: R[], writable: W[], exceptional: X[]]> {
  checkTimeout("select", timeout);
  const wait = waitOf(timeout, options.signal);
  const lists = [listOf(rlist), listOf(wlist), listOf(xlist)] as const;
  const keys: unknown[][] = [];
  const interests = new Map<unknown, Interest<Source>>();
  for (const [at, { events, wanted }] of SETS.entries()) {
    keys.push(lists[at].map((object: Selectable) => {
      const source = sourceOf("select", object, options.driver);
      const before = interests.get(source.key);
      interests.set(source.key, {
        value: source,
        events: events | (before?.events ?? 0),
        wanted: wanted | POLLNVAL | (before?.wanted ?? 0),
      });
      return source.key;
    }));
  }
  const found = await waitFor(interests, wait);
  const readyOf = <T>(at: number, list: readonly T[]) =>
    list.filter((_, n) =>
      ((found.get(keys[at][n]) ?? 0) & SETS[at].wanted) !== 0
    );
  return [readyOf(0, lists[0]), readyOf(1, lists[1]), readyOf(2, lists[2])];
}

/** The list of the last call, whose sockets are still observed; for the next call. */
let spare: InterestList<Source> | undefined;

/** Waits, and tells by key what is ready for what. */
async function waitFor(
  interests: ReadonlyMap<unknown, Interest<Source>>,
  wait: Wait | undefined,
): Promise<Map<unknown, number>> {
  const list = spare ?? new InterestList();
  spare = undefined;
  try {
    for (const key of list.keys()) if (!interests.has(key)) list.delete(key);
    for (const interest of interests.values()) {
      list.set(interest.value, interest);
    }
    const found = new Map<unknown, number>();
    for (const [{ value }, events] of await list.wait(wait)) {
      if ((events & POLLNVAL) !== 0) {
        throw osError({ code: "EBADF", syscall: "select" });
      }
      found.set(value.key, events);
    }
    return found;
  } finally {
    // A bare descriptor may be closed without our knowing.
    for (const [key, { value }] of interests) {
      if (value.isBare) list.delete(key);
    }
    // Of calls that go on at once, one list is kept.
    if (spare === undefined) spare = list;
    else list.clear();
  }
}

function listOf<T>(list: Iterable<T>): readonly T[] {
  if (typeof list === "object" && Symbol.iterator in list) return [...list];
  throw new TypeError(
    `Cannot select: the three must be lists of sockets, not ${kindOf(list)}`,
  );
}
