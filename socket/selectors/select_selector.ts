import { POLLNVAL } from "../constants/poll.ts";
import { osError } from "../errors.ts";
import { type FdSet, READ, WRITE } from "../select/fd_sets.ts";
import type { DriverOption, Selectable } from "../select/source.ts";
import { BaseSelector, EVENT_READ, EVENT_WRITE } from "./base_selector.ts";
import { ListBackend, type Translation } from "./list_backend.ts";

const NONE: FdSet = { events: 0, wanted: 0 };

const translation: Translation = {
  ask(events) {
    const read = (events & EVENT_READ) === 0 ? NONE : READ;
    const write = (events & EVENT_WRITE) === 0 ? NONE : WRITE;
    return {
      events: read.events | write.events,
      wanted: read.wanted | write.wanted | POLLNVAL,
    };
  },
  answer(found) {
    if ((found & POLLNVAL) !== 0) {
      throw osError({ code: "EBADF", syscall: "select" });
    }
    return ((found & READ.wanted) === 0 ? 0 : EVENT_READ) |
      ((found & WRITE.wanted) === 0 ? 0 : EVENT_WRITE);
  },
};

/**
 * A selector that takes its word from `select()`: to be told of an error a socket need
 * only be waited for, and a closed one makes the wait fail with EBADF.
 *
 * A wait costs as much as there are sockets that are ready, however many are not.
 *
 * @example Usage
 * ```ts
 * import { EVENT_WRITE, SelectSelector } from "@berkeley/socket/selectors";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * using selector = new SelectSelector();
 * const key = selector.register(a, EVENT_WRITE);
 * assertEquals(await selector.select(), [[key, EVENT_WRITE]]);
 * ```
 *
 * Port of [`selectors.SelectSelector`](https://docs.python.org/3/library/selectors.html#selectors.SelectSelector).
 *
 * @typeParam F What is registered.
 * @typeParam D What is attached to it.
 */
export class SelectSelector<F extends Selectable = Selectable, D = unknown>
  extends BaseSelector<F, D> {
  /**
   * Makes a selector without sockets.
   *
   * @param options `driver`: whose descriptors numbers are.
   */
  constructor(options: DriverOption = {}) {
    super(new ListBackend<F>(translation, options), options);
  }
}
