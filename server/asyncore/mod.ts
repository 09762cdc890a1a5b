/**
 * Python's `asyncore` module: sockets served by one loop, which calls handlers.
 *
 * Python has had it until 3.11. It is here for programs that are written with it; new
 * ones are easier to write with `socketserver`, or with one `for await` for each
 * connection. {@linkcode dispatcher} has the events, {@linkcode loop} waits for them.
 *
 * Handlers may be `async`, and are called in Python's order. A map has sockets for its
 * keys, not numbers, so a dispatcher whose descriptor's number is another's already is
 * not taken for that one.
 *
 * Drivers: in the sandbox a Unix socket whose peer is wholly gone reads to its end and
 * no more; in POSIX `poll2` has `handleClose` called once more after that, as Python.
 *
 * @example An echo server
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 * import { createConnection, type InetAddress, type Socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class EchoHandler extends asyncore.dispatcher_with_send {
 *   override async handleRead() {
 *     const data = await this.recv(8192);
 *     if (data.length > 0) await this.send(data);
 *   }
 * }
 *
 * class EchoServer extends asyncore.dispatcher {
 *   constructor(host: string, port: number) {
 *     super();
 *     this.createSocket();
 *     this.setReuseAddr();
 *     this.bind([host, port]);
 *     this.listen(5);
 *   }
 *   override handleAccepted(sock: Socket<InetAddress>, addr: InetAddress) {
 *     console.log("Incoming connection from", addr);
 *     new EchoHandler(sock);
 *   }
 * }
 *
 * await using server = new EchoServer("127.0.0.1", 0);
 * const looping = asyncore.loop();
 *
 * const client = await createConnection(server.socket!.getsockname());
 * await client.sendall(new TextEncoder().encode("hello"));
 * assertEquals((await client.recv(100)).length, 5);
 * client.close();
 *
 * await asyncore.closeAll();
 * await looping;
 * ```
 *
 * Port of [`asyncore`](https://docs.python.org/3.11/library/asyncore.html).
 *
 * @module
 */

// The loop.
export {
  closeAll,
  type CloseAllOptions,
  loop,
  type LoopOptions,
  poll,
  poll2,
  poll2 as poll3,
  type PollOptions,
} from "./loop.ts";
export {
  type EventHandler,
  ExitNow,
  read,
  readwrite,
  write,
} from "./dispatch.ts";

// Dispatchers.
export type { Channel } from "./channel.ts";
export {
  type CreateSocketOptions,
  dispatcher,
  type SocketMap,
  socketMap,
} from "./dispatcher.ts";
export { dispatcher_with_send } from "./dispatcher_with_send.ts";
export {
  file_dispatcher,
  file_wrapper,
  type FileOptions,
} from "./file_dispatcher.ts";

// For logs.
export { type CompactTraceback, compactTraceback } from "./report.ts";
