import type { Address } from "../../socket/address.ts";
import { bytesOf, checkInteger, type Data } from "../../socket/arguments.ts";
import { SO_ERROR, SOL_SOCKET } from "../../socket/constants/mod.ts";
import { POLLNVAL } from "../../socket/constants/poll.ts";
import type { Driver, OpenFile } from "../../socket/driver.ts";
import { driverFor } from "../../socket/drivers.ts";
import { unsupported } from "../../socket/endpoint/refusals.ts";
import { osError } from "../../socket/errors.ts";
import type { Hold, Pollable } from "../../socket/wait.ts";
import { hasCode } from "./disconnection.ts";
import type { Channel } from "./channel.ts";
import { dispatcher, type SocketMap } from "./dispatcher.ts";

/** Options of {@linkcode file_dispatcher} and {@linkcode file_wrapper}. */
export interface FileOptions {
  /** The driver whose descriptor the number is; the program's default driver if omitted. */
  driver?: Driver;
}

/**
 * A file by its descriptor that looks like a socket, as far as a dispatcher needs it.
 *
 * It has a descriptor of its own, a duplicate. Python warns of one that is not closed;
 * here nobody does.
 *
 * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP.
 *
 * @example Read a pipe
 * ```ts
 * import { file_wrapper } from "@berkeley/socket/asyncore";
 * import { posix } from "@berkeley/socket/posix";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair(undefined, undefined, 0, { driver: posix });
 * using _a = a, _b = b;
 * const file = new file_wrapper(a.fileno(), { driver: posix });
 * await b.sendall(new TextEncoder().encode("hello"));
 * assertEquals((await file.read(100)).length, 5);
 * file.close();
 * ```
 *
 * Port of [`asyncore.file_wrapper`](https://docs.python.org/3.11/library/asyncore.html#asyncore.file_wrapper).
 */
// deno-lint-ignore camelcase -- Python's name
export class file_wrapper implements Channel, Pollable {
  #file: OpenFile | undefined;

  /**
   * Duplicates a descriptor.
   *
   * @param fd Its number.
   * @param options `driver`: the driver; the program's default driver if omitted.
   * @throws {OSError} EBADF if it is not open, EOPNOTSUPP if the driver has no
   * descriptors.
   */
  constructor(fd: number, options: FileOptions = {}) {
    this.#file = openFile(fd, options).dup();
  }

  /** The duplicate's number; -1 once it is closed. */
  get fd(): number {
    return this.#file?.fd ?? -1;
  }

  /**
   * Reads what is there.
   *
   * @param size How many bytes at most.
   * @returns The bytes; none at the end.
   * @throws {BlockingIOError} EAGAIN if there is nothing yet and it does not block.
   * @throws {OSError} EBADF if it is closed.
   *
   * @example Usage
   * ```ts
   * import { file_wrapper } from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair(undefined, undefined, 0, { driver: posix });
   * using _a = a, _b = b;
   * const file = new file_wrapper(a.fileno(), { driver: posix });
   * await b.sendall(new TextEncoder().encode("hello"));
   * assertEquals((await file.recv(100)).length, 5);
   * file.close();
   * ```
   *
   * Port of [`file_wrapper.recv`](https://docs.python.org/3.11/library/asyncore.html#asyncore.file_wrapper), `read(2)`.
   */
  // deno-lint-ignore require-await -- an error rejects
  async recv(size: number): Promise<Uint8Array<ArrayBuffer>> {
    checkInteger("recv", "size", size, 0);
    return this.#open("read").read(size);
  }

  /**
   * Writes what is taken now.
   *
   * @param data The bytes.
   * @returns How many bytes were taken.
   * @throws {BlockingIOError} EAGAIN if none were and it does not block.
   * @throws {OSError} EBADF if it is closed.
   * @throws {TypeError} If the data is not bytes.
   *
   * @example Usage
   * ```ts
   * import { file_wrapper } from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair(undefined, undefined, 0, { driver: posix });
   * using _a = a, _b = b;
   * const file = new file_wrapper(a.fileno(), { driver: posix });
   * assertEquals(await file.send(new TextEncoder().encode("hello")), 5);
   * file.close();
   * ```
   *
   * Port of [`file_wrapper.send`](https://docs.python.org/3.11/library/asyncore.html#asyncore.file_wrapper), `write(2)`.
   */
  // deno-lint-ignore require-await -- an error rejects
  async send(data: Data): Promise<number> {
    return this.#open("write").write(bytesOf("write", data));
  }

  /**
   * Reads, as {@linkcode file_wrapper.recv} does.
   *
   * @param size How many bytes at most.
   * @returns The bytes; none at the end.
   *
   * @example Usage
   * ```ts
   * import { file_wrapper } from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair(undefined, undefined, 0, { driver: posix });
   * using _a = a;
   * b.close();
   * const file = new file_wrapper(a.fileno(), { driver: posix });
   * assertEquals(await file.read(100), new Uint8Array());
   * file.close();
   * ```
   *
   * Port of [`file_wrapper.read`](https://docs.python.org/3.11/library/asyncore.html#asyncore.file_wrapper).
   */
  read(size: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.recv(size);
  }

  /**
   * Writes, as {@linkcode file_wrapper.send} does.
   *
   * @param data The bytes.
   * @returns How many bytes were taken.
   *
   * @example Usage
   * ```ts
   * import { file_wrapper } from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair(undefined, undefined, 0, { driver: posix });
   * using _a = a, _b = b;
   * const file = new file_wrapper(a.fileno(), { driver: posix });
   * assertEquals(await file.write(new TextEncoder().encode("hello")), 5);
   * file.close();
   * ```
   *
   * Port of [`file_wrapper.write`](https://docs.python.org/3.11/library/asyncore.html#asyncore.file_wrapper).
   */
  write(data: Data): Promise<number> {
    return this.send(data);
  }

  /**
   * Returns 0 for `SO_ERROR`, as a file has no error that waits.
   *
   * @param level `SOL_SOCKET`.
   * @param name `SO_ERROR`.
   * @returns 0.
   * @throws {OSError} ENOPROTOOPT for any other option; NotImplementedError in Python.
   *
   * @example Usage
   * ```ts
   * import { file_wrapper } from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { SO_ERROR, socket, SOL_SOCKET } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket(undefined, undefined, 0, { driver: posix });
   * const file = new file_wrapper(s.fileno(), { driver: posix });
   * assertEquals(file.getsockopt(SOL_SOCKET, SO_ERROR), 0);
   * file.close();
   * ```
   *
   * Port of [`file_wrapper.getsockopt`](https://docs.python.org/3.11/library/asyncore.html#asyncore.file_wrapper).
   */
  getsockopt(level: number, name: number): number {
    if (level === SOL_SOCKET && name === SO_ERROR) return 0;
    const subject = "an option of a file other than SO_ERROR";
    throw osError({ code: "ENOPROTOOPT", syscall: "getsockopt", subject });
  }

  /**
   * Closes the duplicate; closing twice does nothing.
   *
   * @example Usage
   * ```ts
   * import { file_wrapper } from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket(undefined, undefined, 0, { driver: posix });
   * const file = new file_wrapper(s.fileno(), { driver: posix });
   * file.close();
   * assertEquals(file.fd, -1);
   * ```
   *
   * Port of [`file_wrapper.close`](https://docs.python.org/3.11/library/asyncore.html#asyncore.file_wrapper), `close(2)`.
   */
  close(): void {
    const file = this.#file;
    this.#file = undefined;
    file?.close();
  }

  /**
   * Returns the duplicate's number.
   *
   * @returns The number; -1 once it is closed.
   *
   * @example Usage
   * ```ts
   * import { file_wrapper } from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { socket } from "@berkeley/socket/socket";
   * import { assertNotEquals } from "@std/assert";
   *
   * using s = socket(undefined, undefined, 0, { driver: posix });
   * const file = new file_wrapper(s.fileno(), { driver: posix });
   * assertNotEquals(file.fileno(), s.fileno());
   * file.close();
   * ```
   *
   * Port of [`file_wrapper.fileno`](https://docs.python.org/3.11/library/asyncore.html#asyncore.file_wrapper).
   */
  fileno(): number {
    return this.fd;
  }

  /**
   * Tells what could be done now without waiting, for the loop. Not in Python, whose
   * loop asks the kernel.
   *
   * @param events What to look for: `POLLIN`, `POLLOUT`, `POLLPRI`.
   * @returns Which of them hold, and `POLLNVAL` once it is closed.
   *
   * @example Usage
   * ```ts
   * import { file_wrapper } from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { POLLOUT } from "@berkeley/socket/select";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair(undefined, undefined, 0, { driver: posix });
   * using _a = a, _b = b;
   * const file = new file_wrapper(a.fileno(), { driver: posix });
   * assertEquals(file.poll(POLLOUT), POLLOUT);
   * file.close();
   * ```
   */
  poll(events: number): number {
    return this.#file?.poll(events) ?? POLLNVAL;
  }

  /**
   * Has a function called at everything that may change what `poll` returns, for the
   * loop. Not in Python, whose loop asks the kernel.
   *
   * @param events What to look for.
   * @param observer The function.
   * @param holds Whether that keeps the process alive.
   * @returns A function that ends it.
   *
   * @example Usage
   * ```ts
   * import { file_wrapper } from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { POLLIN } from "@berkeley/socket/select";
   * import { socket } from "@berkeley/socket/socket";
   *
   * using s = socket(undefined, undefined, 0, { driver: posix });
   * const file = new file_wrapper(s.fileno(), { driver: posix });
   * const stop = file.observe(POLLIN, () => console.log(file.poll(POLLIN)), false);
   * stop();
   * file.close();
   * ```
   */
  observe(events: number, observer: () => void, holds: boolean): () => void {
    return this.#open("poll").observe(events, observer, holds);
  }

  /** What the loop holds while it waits. Not in Python. */
  get notifier(): Hold | undefined {
    return this.#file?.notifier;
  }

  #open(syscall: string): OpenFile {
    if (this.#file !== undefined) return this.#file;
    throw osError({ code: "EBADF", syscall });
  }
}

/**
 * A dispatcher of a file: a pipe, a terminal, a device.
 *
 * It has a duplicate of the descriptor, so the file itself may be closed; but what is
 * set of one, such as that it does not block, is set of both. A program's own standard
 * input then does not block either.
 *
 * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP.
 *
 * @example Read until the end
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 * import { posix } from "@berkeley/socket/posix";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Reader extends asyncore.file_dispatcher {
 *   text = "";
 *   override writable() {
 *     return false;
 *   }
 *   override async handleRead() {
 *     this.text += new TextDecoder().decode(await this.recv(1024));
 *   }
 * }
 *
 * const [a, b] = await socketpair(undefined, undefined, 0, { driver: posix });
 * const reader = new Reader(a, undefined, { driver: posix });
 * a.close();
 * await b.sendall(new TextEncoder().encode("hello"));
 * b.close();
 * await asyncore.loop();
 * assertEquals(reader.text, "hello");
 * ```
 *
 * Port of [`asyncore.file_dispatcher`](https://docs.python.org/3.11/library/asyncore.html#asyncore.file_dispatcher).
 */
// deno-lint-ignore camelcase -- Python's name
export class file_dispatcher extends dispatcher<Address, file_wrapper> {
  /**
   * Makes the dispatcher, and adds it to the map.
   *
   * @param fd The descriptor's number, or what has a `fileno()` that returns it.
   * @param map The map to be in; {@linkcode socketMap} if omitted.
   * @param options `driver`: the driver; the program's default driver if omitted.
   * @throws {OSError} EBADF if it is not open, EOPNOTSUPP if the driver has no
   * descriptors.
   */
  constructor(
    fd: number | { fileno(): number },
    map?: SocketMap,
    options: FileOptions = {},
  ) {
    super(null, map);
    this.connected = true;
    const number = typeof fd === "number" ? fd : fd.fileno();
    this.setFile(number, options);
    openFile(number, options).setBlocking(false);
  }

  /**
   * Takes a file for its own, and adds the dispatcher to its map; the constructor does
   * it.
   *
   * @param fd The descriptor's number.
   * @param options `driver`: the driver; the program's default driver if omitted.
   * @throws {OSError} EBADF if it is not open, EOPNOTSUPP if the driver has no
   * descriptors.
   *
   * @example Read another file from now on
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { posix } from "@berkeley/socket/posix";
   * import { socketpair } from "@berkeley/socket/socket";
   *
   * const [a, b] = await socketpair(undefined, undefined, 0, { driver: posix });
   * using _a = a, _b = b;
   * using d = new asyncore.file_dispatcher(a, undefined, { driver: posix });
   * d.close();
   * d.setFile(b.fileno(), { driver: posix });
   * ```
   *
   * Port of [`file_dispatcher.set_file`](https://docs.python.org/3.11/library/asyncore.html).
   */
  setFile(fd: number, options: FileOptions = {}): void {
    this.setSocket(new file_wrapper(fd, options));
  }
}

/** Returns what a descriptor's number stands for. */
function openFile(fd: number, { driver }: FileOptions): OpenFile {
  checkInteger("use a file", "descriptor", fd, 0, 0x7fffffff);
  try {
    return driverFor(driver).file(fd);
  } catch (error) {
    if (!hasCode(error, "EOPNOTSUPP")) throw error;
    const subject = `descriptor ${fd}`;
    throw unsupported({ code: "EOPNOTSUPP", syscall: "dup", subject });
  }
}
