import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
} from "../constants/poll.ts";
import type { DriverOption, Selectable } from "../select/source.ts";
import { BaseSelector, EVENT_READ, EVENT_WRITE } from "./base_selector.ts";
import { ListBackend, type Translation } from "./list_backend.ts";

/** Returns the events of poll(2) and epoll(7) for a selector's. */
export function toPoll(events: number): number {
  return ((events & EVENT_READ) === 0 ? 0 : POLLIN) |
    ((events & EVENT_WRITE) === 0 ? 0 : POLLOUT);
}

/** Returns a selector's events; what is neither, such as an error, is both. */
export function fromPoll(found: number): number {
  return ((found & ~POLLOUT) === 0 ? 0 : EVENT_READ) |
    ((found & ~POLLIN) === 0 ? 0 : EVENT_WRITE);
}

const translation: Translation = {
  ask(events) {
    const asked = toPoll(events);
    return { events: asked, wanted: asked | POLLERR | POLLHUP | POLLNVAL };
  },
  answer: fromPoll,
};

/**
 * A selector that takes its word from `poll()`: a socket with an error, or one that is
 * closed, is ready for whatever is waited for.
 *
 * A wait costs as much as there are sockets that are ready, however many are not.
 *
 * @example Usage
 * ```ts
 * import { EVENT_WRITE, PollSelector } from "@berkeley/socket/selectors";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * using selector = new PollSelector();
 * const key = selector.register(a, EVENT_WRITE);
 * assertEquals(await selector.select(), [[key, EVENT_WRITE]]);
 * ```
 *
 * Port of [`selectors.PollSelector`](https://docs.python.org/3/library/selectors.html#selectors.PollSelector).
 *
 * @typeParam F What is registered.
 * @typeParam D What is attached to it.
 */
export class PollSelector<F extends Selectable = Selectable, D = unknown>
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

/**
 * The selector to use: {@linkcode PollSelector}, which serves sockets of every driver.
 *
 * In Python it is one class or another by the system, on Linux `EpollSelector`, which
 * forgets a socket that is closed; here it is told as ready, so unregister it first.
 *
 * @example The loop of a server
 * ```ts
 * import { DefaultSelector, EVENT_READ } from "@berkeley/socket/selectors";
 * import { createConnection, createServer, type Socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using server = createServer(["127.0.0.1", 0]);
 * using client = await createConnection(server.getsockname());
 * await client.sendall(new TextEncoder().encode("hello"));
 *
 * using selector = new DefaultSelector<Socket, (s: Socket) => Promise<void>>();
 * selector.register(server, EVENT_READ, async () => {
 *   const [conn] = await server.accept();
 *   selector.register(conn, EVENT_READ, async () => {
 *     await conn.sendall(await conn.recv(1024));
 *     selector.unregister(conn);
 *     conn.close();
 *   });
 * });
 * do {
 *   for (const [key] of await selector.select()) await key.data(key.fileobj);
 * } while (selector.getMap().size > 1);
 * assertEquals((await client.recv(1024)).length, 5);
 * ```
 *
 * Port of [`selectors.DefaultSelector`](https://docs.python.org/3/library/selectors.html#selectors.DefaultSelector).
 *
 * @typeParam F What is registered.
 * @typeParam D What is attached to it.
 */
export class DefaultSelector<F extends Selectable = Selectable, D = unknown>
  extends PollSelector<F, D> {}
