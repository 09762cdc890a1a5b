/**
 * Python's `selectors` module: waiting for many sockets at once, with what the program
 * attaches to each.
 *
 * {@linkcode DefaultSelector} is the one to use; it serves sockets of every driver, and
 * a wait costs as much as there are sockets that are ready.
 *
 * @example The echo server of Python's documentation, which serves one client here
 * ```ts
 * import * as selectors from "@berkeley/socket/selectors";
 * import * as socket from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * type Callback = (s: socket.Socket, mask: number) => Promise<void>;
 * const sel = new selectors.DefaultSelector<socket.Socket, Callback>();
 * let isOver = false;
 *
 * async function accept(sock: socket.Socket) {
 *   const [conn] = await sock.accept(); // should be ready
 *   conn.setblocking(false);
 *   sel.register(conn, selectors.EVENT_READ, read);
 * }
 *
 * async function read(conn: socket.Socket) {
 *   const data = await conn.recv(1000); // should be ready
 *   if (data.length > 0) {
 *     await conn.send(data); // hope it does not block
 *   } else {
 *     sel.unregister(conn);
 *     conn.close();
 *     isOver = true;
 *   }
 * }
 *
 * const sock = socket.socket();
 * sock.bind(["127.0.0.1", 0]);
 * sock.listen(100);
 * sock.setblocking(false);
 * sel.register(sock, selectors.EVENT_READ, accept);
 *
 * const client = await socket.createConnection(sock.getsockname());
 * await client.sendall(new TextEncoder().encode("hello"));
 * client.shutdown(socket.SHUT_WR);
 * while (!isOver) {
 *   for (const [key, mask] of await sel.select()) {
 *     await key.data(key.fileobj, mask);
 *   }
 * }
 * assertEquals((await client.recv(1000)).length, 5);
 * client.close();
 * sel.close();
 * sock.close();
 * ```
 *
 * Port of [`selectors`](https://docs.python.org/3/library/selectors.html).
 *
 * @module
 */
export {
  BaseSelector,
  EVENT_READ,
  EVENT_WRITE,
  type SelectorBackend,
} from "./base_selector.ts";
export { DefaultSelector, PollSelector } from "./poll_selector.ts";
export { EpollSelector } from "./epoll_selector.ts";
export { SelectSelector } from "./select_selector.ts";
export { SelectorKey } from "./selector_key.ts";
export { KeyError } from "../select/key_error.ts";
export type { DriverOption, Selectable } from "../select/source.ts";
