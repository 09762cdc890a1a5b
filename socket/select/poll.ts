import { checkInteger } from "../arguments.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
} from "../constants/poll.ts";
import type { Driver } from "../driver.ts";
import { type OSError, osError } from "../errors.ts";
import { checkTimeout, waitOf, type WaitOptions } from "../wait.ts";
import { InterestList } from "./interest_list.ts";
import { KeyError } from "./key_error.ts";
import { type DriverOption, type Selectable, sourceOf } from "./source.ts";

/** What is told whether it is waited for or not. */
const ALWAYS = POLLERR | POLLHUP | POLLNVAL;

/**
 * Sockets, and the events to wait for at each; {@linkcode poll} makes one.
 *
 * The sockets are watched between calls too, so that a call costs as much as there are
 * sockets with events, however many there are without.
 *
 * @example Wait for an answer, with what may go wrong
 * ```ts
 * import { poll, POLLIN } from "@berkeley/socket/select";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * const poller = poll();
 * poller.register(a, POLLIN);
 * assertEquals(await poller.poll(0), []);
 * await b.sendall(new TextEncoder().encode("hello"));
 * assertEquals(await poller.poll(1000), [[a, POLLIN]]);
 * ```
 *
 * Port of the objects of [`select.poll`](https://docs.python.org/3/library/select.html#polling-objects), `poll(2)`.
 *
 * @typeParam T What is registered.
 */
export class Poll<T extends Selectable = Selectable> {
  readonly #list = new InterestList<T>();
  readonly #driver: Driver | undefined;

  /** Makes one without sockets; {@linkcode poll} does the same. */
  constructor(options: DriverOption = {}) {
    this.#driver = options.driver;
  }

  /**
   * Adds a socket, or changes the events to wait for at it.
   *
   * @param fd The socket, or what has one; see {@linkcode Selectable}.
   * @param eventmask `POLLIN`, `POLLPRI`, `POLLOUT` and so on; `POLLERR`, `POLLHUP` and
   * `POLLNVAL` are told in any case.
   * @throws {OSError} EBADF if the socket is closed.
   * @throws {TypeError} If it is no socket and has none.
   * @throws {RangeError} If the events are not 0 to 65535.
   *
   * @example Usage
   * ```ts
   * import { poll, POLLOUT } from "@berkeley/socket/select";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * const poller = poll();
   * poller.register(a);
   * assertEquals(await poller.poll(), [[a, POLLOUT]]);
   * ```
   *
   * Port of [`poll.register`](https://docs.python.org/3/library/select.html#select.poll.register).
   */
  register(fd: T, eventmask: number = POLLIN | POLLPRI | POLLOUT): void {
    checkInteger("register", "events", eventmask, 0, 65535);
    this.#list.set(sourceOf("register", fd, this.#driver), {
      value: fd,
      // In the sandbox what is always told is seen by whoever asks for nothing else.
      events: eventmask & ~ALWAYS,
      wanted: eventmask | ALWAYS,
    });
  }

  /**
   * Changes the events to wait for at a socket.
   *
   * @param fd What was registered.
   * @param eventmask As for {@linkcode Poll.register}.
   * @throws {FileNotFoundError} ENOENT if it is not registered.
   * @throws {RangeError} If the events are not 0 to 65535.
   *
   * @example Usage
   * ```ts
   * import { poll, POLLIN } from "@berkeley/socket/select";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * const poller = poll();
   * poller.register(a);
   * poller.modify(a, POLLIN);
   * assertEquals(await poller.poll(0), []);
   * ```
   *
   * Port of [`poll.modify`](https://docs.python.org/3/library/select.html#select.poll.modify).
   */
  modify(fd: T, eventmask: number): void {
    if (this.#keyOf("modify", fd) === undefined) {
      throw osError({ code: "ENOENT", syscall: "modify" });
    }
    this.register(fd, eventmask);
  }

  /**
   * Removes a socket. In Python a closed one is no longer found; here it is.
   *
   * @param fd What was registered.
   * @throws {KeyError} If it is not registered.
   *
   * @example Usage
   * ```ts
   * import { poll } from "@berkeley/socket/select";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * const poller = poll();
   * poller.register(a);
   * poller.unregister(a);
   * assertEquals(await poller.poll(0), []);
   * ```
   *
   * Port of [`poll.unregister`](https://docs.python.org/3/library/select.html#select.poll.unregister).
   */
  unregister(fd: T): void {
    const key = this.#keyOf("unregister", fd);
    if (key === undefined) {
      throw new KeyError("Cannot unregister: it is not registered");
    }
    this.#list.delete(key);
  }

  /**
   * Waits until registered sockets have events.
   *
   * @param timeout Milliseconds; 0 does not wait, `null`, none or a negative number
   * waits for ever.
   * @param options `signal`: cancels the call when it aborts.
   * @returns What was registered, where Python has the descriptor's number, and its
   * events; nothing if time ran out. A closed socket has `POLLNVAL`.
   *
   * @example Wait for a connection at one of two ports
   * ```ts
   * import { poll, POLLIN } from "@berkeley/socket/select";
   * import { createConnection, createServer } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using one = createServer(["127.0.0.1", 0]);
   * using other = createServer(["127.0.0.1", 0]);
   * const poller = poll();
   * for (const server of [one, other]) poller.register(server, POLLIN);
   * using _ = await createConnection(other.getsockname());
   * for (const [server, events] of await poller.poll()) {
   *   assertEquals([server, events], [other, POLLIN]);
   *   const [peer] = await other.accept();
   *   peer.close();
   * }
   * ```
   *
   * Port of [`poll.poll`](https://docs.python.org/3/library/select.html#select.poll.poll), `poll(2)`.
   */
  async poll(
    timeout: number | null = null,
    options: WaitOptions = {},
  ): Promise<[fd: T, events: number][]> {
    const seconds = typeof timeout !== "number"
      ? timeout
      : timeout < 0
      ? null
      : timeout / 1000;
    checkTimeout("poll", seconds);
    const found = await this.#list.wait(waitOf(seconds, options.signal));
    return found.map(([{ value }, events]) => [value, events]);
  }

  /** Finds what is registered; `undefined` if it is not. */
  #keyOf(call: string, fd: T): unknown {
    try {
      const { key } = sourceOf(call, fd, this.#driver);
      return this.#list.get(key) && key;
    } catch (error) {
      if ((error as OSError).code !== "EBADF") throw error;
      return this.#list.find(fd);
    }
  }
}

/**
 * Makes an object that waits for events of many sockets.
 *
 * Drivers: sockets of all drivers can be registered, side by side.
 *
 * @param options `driver`: whose descriptors numbers are.
 * @returns The object; it has nothing that would have to be closed.
 *
 * @example Usage
 * ```ts
 * import { poll } from "@berkeley/socket/select";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await poll().poll(0), []);
 * ```
 *
 * Port of [`select.poll`](https://docs.python.org/3/library/select.html#select.poll), `poll(2)`.
 */
export function poll<T extends Selectable = Selectable>(
  options: DriverOption = {},
): Poll<T> {
  return new Poll<T>(options);
}
