/**
 * Python's `select` module: waiting for many sockets at once.
 *
 * {@linkcode select} takes lists of sockets, {@linkcode poll} and {@linkcode epoll}
 * objects keep them. `selectors` stands on them and is easier to use; one task for each
 * socket, as of `socketserver`, is easier still. Sockets of all drivers can be waited
 * for together.
 *
 * @example One loop for many clients
 * ```ts
 * import { select } from "@berkeley/socket/select";
 * import { createConnection, createServer, type Socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using server = createServer(["127.0.0.1", 0]);
 * using client = await createConnection(server.getsockname());
 * await client.sendall(new TextEncoder().encode("hello"));
 * client.shutdown(1);
 *
 * const sockets: Socket[] = [server];
 * do {
 *   const [readable] = await select(sockets, [], []);
 *   for (const s of readable) {
 *     if (s === server) {
 *       const [conn] = await server.accept();
 *       sockets.push(conn);
 *       continue;
 *     }
 *     const data = await s.recv(1024);
 *     if (data.length > 0) await s.sendall(data);
 *     else sockets.splice(sockets.indexOf(s), 1)[0].close();
 *   }
 * } while (sockets.length > 1);
 * assertEquals((await client.recv(1024)).length, 5);
 * ```
 *
 * Port of [`select`](https://docs.python.org/3/library/select.html).
 *
 * @module
 */
export { select, type SelectOptions } from "./select.ts";
export { Poll, poll } from "./poll.ts";
export {
  Epoll,
  epoll,
  type EpollFactory,
  type EpollPollOptions,
} from "./epoll.ts";
export type { DriverOption, Selectable } from "./source.ts";

// Errors.
export { KeyError } from "./key_error.ts";
export { OSError as error } from "../errors.ts";

// Events.
export {
  PIPE_BUF,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLMSG,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from "../constants/poll.ts";
export {
  EPOLL_CLOEXEC,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLMSG,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDBAND,
  EPOLLRDHUP,
  EPOLLRDNORM,
  EPOLLWRBAND,
  EPOLLWRNORM,
} from "../constants/epoll.ts";
