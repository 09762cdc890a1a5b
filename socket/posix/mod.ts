/**
 * The POSIX driver: the kernel's own sockets, through libc and FFI, for all that
 * Deno's sandbox cannot express: every family, type and option, raw sockets,
 * descriptors, ancillary data.
 *
 * ```ts
 * import { AF_UNIX, SO_PEERCRED, socketpair, SOL_SOCKET } from "@berkeley/socket/socket";
 * import { posix } from "@berkeley/socket/posix";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair(AF_UNIX, undefined, 0, { driver: posix });
 * using _a = a, _b = b;
 * const credentials = a.getsockopt(SOL_SOCKET, SO_PEERCRED, 12);
 * const [pid] = new Int32Array(credentials.slice().buffer);
 * assertEquals(pid, Deno.pid);
 * ```
 *
 * **Permission.** `--allow-ffi=/lib/x86_64-linux-gnu/libc.so.6`, the path of libc,
 * is enough for everything. FFI is not a sandbox: what may call libc may do
 * whatever the user who runs the program may do. So no other flag has to grant
 * what this driver does; but it honours what a flag refuses: with
 * `--deny-net=127.0.0.1` it does not connect, bind or send to that address, in
 * whatever form it is written and under whatever name.
 *
 * **Descriptors** are non-blocking and close-on-exec. One that is handed to
 * another program with `setInheritable` or `sendFds` still does not block: the flag
 * is the socket's, not the descriptor's. What expects otherwise may clear it, in
 * Python with `setblocking(True)`; receives and sends here go on as before, but an
 * `accept` of the same listener would then keep the whole isolate waiting.
 *
 * Where this driver differs from the sandboxed one it does what CPython does:
 * nothing removes the path of a Unix socket, `SO_REUSEADDR` is off until it is
 * set, a name is looked up by libc.
 *
 * It knows Linux, on x86-64 and arm64, and macOS, which is untested.
 *
 * @module
 */
export { posix } from "./driver.ts";
