import { checkInteger } from "../arguments.ts";
import {
  EPOLL_CLOEXEC,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
} from "../constants/epoll.ts";
import { POLLIN, POLLNVAL } from "../constants/poll.ts";
import type { Driver, EventPoll } from "../driver.ts";
import { driverFor } from "../drivers.ts";
import { unsupported } from "../endpoint/refusals.ts";
import { osError } from "../errors.ts";
import { checkTimeout, waitOf, type WaitOptions } from "../wait.ts";
import { InterestList } from "./interest_list.ts";
import { type DriverOption, type Selectable, sourceOf } from "./source.ts";

/** Options of {@linkcode Epoll.poll}. */
export interface EpollPollOptions extends WaitOptions {
  /**
   * How many sockets a call returns at most; -1 for 1023, as in Python.
   *
   * @default {-1}
   */
  maxevents?: number;
}

/** Makes an {@linkcode Epoll}, as Python's class does when it is called. */
export interface EpollFactory {
  /**
   * Opens one.
   *
   * @param sizehint Is ignored, as by Linux; -1 or a positive number.
   * @param flags 0 or `EPOLL_CLOEXEC`, which is so in any case.
   * @param options `driver`: the driver; the program's default driver if omitted.
   */
  <T extends Selectable = Selectable>(
    sizehint?: number,
    flags?: number,
    options?: DriverOption,
  ): Epoll<T>;
  /**
   * Takes over an open one; closing the object closes it.
   *
   * @param fd Its descriptor's number.
   * @param options `driver`: the driver; the program's default driver if omitted.
   */
  fromfd<T extends Selectable = Selectable>(
    fd: number,
    options?: DriverOption,
  ): Epoll<T>;
}

// As CPython: FD_SETSIZE - 1.
const MOST = 1023;

/**
 * The kernel's queue of events of sockets; {@linkcode epoll} makes one. `using` closes
 * it.
 *
 * What a socket keeps outside of the kernel, after a receive with `MSG_WAITALL` was
 * cancelled, is not seen by it; `poll()` and the selectors see that too.
 *
 * @example Once
 * ```ts
 * import { epoll, EPOLLONESHOT, EPOLLOUT } from "@berkeley/socket/select";
 * import { posix } from "@berkeley/socket/posix";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const driver = posix;
 * const [a, b] = await socketpair(undefined, undefined, undefined, { driver });
 * using _a = a, _b = b;
 * using queue = epoll(-1, 0, { driver });
 * queue.register(a, EPOLLOUT | EPOLLONESHOT);
 * assertEquals(await queue.poll(), [[a, EPOLLOUT]]);
 * assertEquals(await queue.poll(0), []);
 * ```
 *
 * Port of the objects of [`select.epoll`](https://docs.python.org/3/library/select.html#edge-and-level-trigger-polling-epoll-objects), `epoll(7)`.
 *
 * @typeParam T What is registered.
 */
export class Epoll<T extends Selectable = Selectable> {
  readonly #queue: EventPoll;
  readonly #driver: Driver;
  /** The queue is its only source: it is readable while it has events. */
  readonly #list = new InterestList<undefined>();
  /** What was registered, by descriptor. */
  readonly #objects = new Map<number, T>();

  /** Takes over a queue of a driver; {@linkcode epoll} opens one. */
  constructor(queue: EventPoll, driver: Driver) {
    this.#queue = queue;
    this.#driver = driver;
    const source = { pollable: queue, fd: queue.fd, isBare: false, key: queue };
    const wanted = POLLIN | POLLNVAL;
    this.#list.set(source, { value: undefined, events: POLLIN, wanted });
  }

  /**
   * Adds a socket.
   *
   * @param fd The socket, or what has one; see {@linkcode Selectable}.
   * @param eventmask `EPOLLIN`, `EPOLLOUT`, `EPOLLPRI`, with `EPOLLET` edge-triggered,
   * with `EPOLLONESHOT` once.
   * @throws {FileExistsError} EEXIST if it is registered.
   * @throws {PermissionError} EPERM if it is nothing that has to be waited for, such as
   * a file on a disk.
   * @throws {OSError} EBADF if it or the epoll is closed, EOPNOTSUPP if its driver has
   * no descriptors.
   *
   * @example Usage
   * ```ts
   * import { epoll, EPOLLIN } from "@berkeley/socket/select";
   * import { posix } from "@berkeley/socket/posix";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const driver = posix;
   * const [a, b] = await socketpair(undefined, undefined, undefined, { driver });
   * using _a = a, _b = b;
   * using queue = epoll(-1, 0, { driver });
   * queue.register(a, EPOLLIN);
   * assertEquals(await queue.poll(0), []);
   * ```
   *
   * Port of [`epoll.register`](https://docs.python.org/3/library/select.html#select.epoll.register), `epoll_ctl(2)`.
   */
  register(
    fd: T,
    eventmask: number = EPOLLIN | EPOLLOUT | EPOLLPRI,
  ): void {
    const number = this.#number("register", fd);
    this.#open("register").add(number, checkEvents("register", eventmask));
    this.#objects.set(number, fd);
  }

  /**
   * Changes the events to wait for at a socket; one that was told once is told again.
   *
   * @param fd What was registered.
   * @param eventmask As for {@linkcode Epoll.register}.
   * @throws {FileNotFoundError} ENOENT if it is not registered.
   *
   * @example Usage
   * ```ts
   * import { epoll, EPOLLIN, EPOLLOUT } from "@berkeley/socket/select";
   * import { posix } from "@berkeley/socket/posix";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const driver = posix;
   * const [a, b] = await socketpair(undefined, undefined, undefined, { driver });
   * using _a = a, _b = b;
   * using queue = epoll(-1, 0, { driver });
   * queue.register(a, EPOLLIN);
   * queue.modify(a, EPOLLOUT);
   * assertEquals(await queue.poll(), [[a, EPOLLOUT]]);
   * ```
   *
   * Port of [`epoll.modify`](https://docs.python.org/3/library/select.html#select.epoll.modify), `epoll_ctl(2)`.
   */
  modify(fd: T, eventmask: number): void {
    const number = this.#number("modify", fd);
    this.#open("modify").modify(number, checkEvents("modify", eventmask));
    this.#objects.set(number, fd);
  }

  /**
   * Removes a socket. One that is closed has been removed by that.
   *
   * @param fd What was registered.
   * @throws {FileNotFoundError} ENOENT if it is not registered.
   *
   * @example Usage
   * ```ts
   * import { epoll, EPOLLOUT } from "@berkeley/socket/select";
   * import { posix } from "@berkeley/socket/posix";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const driver = posix;
   * const [a, b] = await socketpair(undefined, undefined, undefined, { driver });
   * using _a = a, _b = b;
   * using queue = epoll(-1, 0, { driver });
   * queue.register(a, EPOLLOUT);
   * queue.unregister(a);
   * assertEquals(await queue.poll(0), []);
   * ```
   *
   * Port of [`epoll.unregister`](https://docs.python.org/3/library/select.html#select.epoll.unregister), `epoll_ctl(2)`.
   */
  unregister(fd: T): void {
    const number = this.#number("unregister", fd);
    this.#open("unregister").remove(number);
    this.#objects.delete(number);
  }

  /**
   * Waits until registered sockets have events.
   *
   * @param timeout Seconds; 0 does not wait, `null`, none or a negative number waits
   * for ever.
   * @param options `maxevents`: how many at most; `signal`: cancels the call when it
   * aborts.
   * @returns What was registered, where Python has the descriptor's number, and its
   * events; what others have registered with the same epoll is its number.
   * @throws {OSError} EBADF if the epoll is closed.
   * @throws {RangeError} If `maxevents` is 0 or less than -1.
   *
   * @example Usage
   * ```ts
   * import { epoll, EPOLLIN } from "@berkeley/socket/select";
   * import { posix } from "@berkeley/socket/posix";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const driver = posix;
   * const [a, b] = await socketpair(undefined, undefined, undefined, { driver });
   * using _a = a, _b = b;
   * using queue = epoll(-1, 0, { driver });
   * queue.register(a, EPOLLIN);
   * await b.sendall(new TextEncoder().encode("hello"));
   * assertEquals(await queue.poll(1), [[a, EPOLLIN]]);
   * ```
   *
   * Port of [`epoll.poll`](https://docs.python.org/3/library/select.html#select.epoll.poll), `epoll_wait(2)`.
   */
  async poll(
    timeout: number | null = null,
    options: EpollPollOptions = {},
  ): Promise<[fd: T, events: number][]> {
    const { maxevents = -1, signal } = options;
    if (maxevents !== -1) checkInteger("poll", "maxevents", maxevents, 1);
    const seconds = typeof timeout === "number" && timeout < 0 ? null : timeout;
    checkTimeout("poll", seconds);
    const wait = waitOf(seconds, signal);
    for (;;) {
      const found = await this.#list.wait(wait);
      const events = this.#open("poll").take(maxevents < 0 ? MOST : maxevents);
      // Another who waits at the same epoll may have taken them.
      if (events.length > 0 || found.length === 0) {
        return events.map(([fd, mask]) => [
          this.#objects.get(fd) ?? fd as T,
          mask,
        ]);
      }
    }
  }

  /** Whether it is closed. */
  get closed(): boolean {
    return this.#queue.fd < 0;
  }

  /**
   * Returns its own descriptor, which is readable while there are events.
   *
   * @returns The number.
   * @throws {OSError} EBADF if it is closed.
   *
   * @example Usage
   * ```ts
   * import { epoll } from "@berkeley/socket/select";
   * import { posix } from "@berkeley/socket/posix";
   * import { assert } from "@std/assert";
   *
   * using queue = epoll(-1, 0, { driver: posix });
   * assert(queue.fileno() > 2);
   * ```
   *
   * Port of [`epoll.fileno`](https://docs.python.org/3/library/select.html#select.epoll.fileno).
   */
  fileno(): number {
    return this.#open("fileno").fd;
  }

  /**
   * Closes it; who waits for events gets EBADF. The sockets stay open.
   *
   * @example Usage
   * ```ts
   * import { epoll } from "@berkeley/socket/select";
   * import { posix } from "@berkeley/socket/posix";
   * import { assert } from "@std/assert";
   *
   * const queue = epoll(-1, 0, { driver: posix });
   * queue.close();
   * assert(queue.closed);
   * ```
   *
   * Port of [`epoll.close`](https://docs.python.org/3/library/select.html#select.epoll.close).
   */
  close(): void {
    this.#queue.close();
    this.#objects.clear();
  }

  /** Closes it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  #open(call: string): EventPoll {
    if (this.closed) {
      const subject = "at an epoll that is closed";
      throw osError({ code: "EBADF", syscall: call, subject });
    }
    return this.#queue;
  }

  #number(call: string, object: T): number {
    const { fd } = sourceOf(call, object, this.#driver);
    if (fd !== undefined) return fd;
    const subject = "a socket that has no descriptor";
    throw unsupported({ code: "EOPNOTSUPP", syscall: call, subject });
  }
}

/** Checks events; those with EPOLLET are negative in JavaScript, as soon as `|` has made them. */
function checkEvents(call: string, events: number): number {
  checkInteger(call, "events", events, -0x80000000, 0xffffffff);
  return events >>> 0;
}

function open<T extends Selectable>(
  sizehint = -1,
  flags = 0,
  options: DriverOption = {},
): Epoll<T> {
  if (sizehint !== -1) checkInteger("epoll", "size hint", sizehint, 1);
  if (flags !== 0 && flags !== EPOLL_CLOEXEC) {
    throw osError({ code: "EINVAL", syscall: "epoll", subject: "such flags" });
  }
  const driver = driverFor(options.driver);
  return new Epoll<T>(driver.epoll(), driver);
}

function fromfd<T extends Selectable>(
  fd: number,
  options: DriverOption = {},
): Epoll<T> {
  checkInteger("fromfd", "descriptor", fd, 0, 0x7fffffff);
  const driver = driverFor(options.driver);
  return new Epoll<T>(driver.epoll(fd), driver);
}

/**
 * Opens the kernel's queue of events.
 *
 * Drivers: POSIX, on Linux; the sandboxed one throws EOPNOTSUPP: use `poll()` or a
 * selector, whose calls cost as little.
 *
 * @example Edge-triggered
 * ```ts
 * import { epoll, EPOLLET, EPOLLIN } from "@berkeley/socket/select";
 * import { posix } from "@berkeley/socket/posix";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair(undefined, undefined, undefined, { driver: posix });
 * using _a = a, _b = b;
 * using queue = epoll(-1, 0, { driver: posix });
 * queue.register(a, EPOLLIN | EPOLLET);
 * await b.sendall(new TextEncoder().encode("hello"));
 * assertEquals(await queue.poll(), [[a, EPOLLIN]]);
 * assertEquals(await queue.poll(0), []); // it was told, though nothing was received
 * ```
 *
 * Port of [`select.epoll`](https://docs.python.org/3/library/select.html#select.epoll), `epoll(7)`.
 */
export const epoll: EpollFactory = Object.assign(open, { fromfd });
