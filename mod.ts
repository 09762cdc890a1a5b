/**
 * Python's `socket` and `socketserver`, ported to Deno.
 *
 * @example An echo over a connection
 * ```ts
 * import { b, socket } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using server = socket.createServer(["127.0.0.1", 0]);
 * using client = await socket.createConnection(server.getsockname());
 * await client.sendall(b`Hello, world`);
 *
 * const [connection] = await server.accept();
 * await connection.sendall(await connection.recv(1024));
 * connection.close();
 *
 * assertEquals((await client.recv(1024)).length, 12);
 * ```
 *
 * @module
 */
export { b } from "./socket/bytes.ts";
export { type Errno, errno, type ErrnoCode } from "./socket/errno.ts";
export * as socket from "./socket/mod.ts";
export * as socketserver from "./server/mod.ts";
