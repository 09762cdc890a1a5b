import type { OSError } from "../errors.ts";
import { type Epoll, epoll } from "../select/epoll.ts";
import type { DriverOption, Selectable } from "../select/source.ts";
import type { WaitOptions } from "../wait.ts";
import { BaseSelector, type SelectorBackend } from "./base_selector.ts";
import { fromPoll, toPoll } from "./poll_selector.ts";

class EpollBackend<F extends Selectable> implements SelectorBackend<F> {
  readonly epoll: Epoll<F>;

  constructor(options: DriverOption) {
    this.epoll = epoll<F>(-1, 0, options);
  }

  register(fileobj: F, events: number): void {
    this.epoll.register(fileobj, toPoll(events));
  }

  modify(fileobj: F, events: number): void {
    this.epoll.modify(fileobj, toPoll(events));
  }

  unregister(fileobj: F): void {
    try {
      this.epoll.unregister(fileobj);
    } catch (error) {
      // The kernel has forgotten one that was closed.
      const { code } = error as OSError;
      if (code !== "EBADF" && code !== "ENOENT") throw error;
    }
  }

  async select(
    timeout: number | null,
    options: WaitOptions,
  ): Promise<[fileobj: F, events: number][]> {
    const found = await this.epoll.poll(timeout, options);
    return found.map(([fileobj, events]) => [fileobj, fromPoll(events)]);
  }

  close(): void {
    this.epoll.close();
  }
}

/**
 * A selector that waits with the kernel's own queue, `epoll(7)`. It forgets a socket
 * that is closed.
 *
 * Drivers: POSIX, on Linux; with the sandboxed one the constructor throws EOPNOTSUPP:
 * use {@linkcode DefaultSelector}, whose waits cost as little.
 *
 * @example Usage
 * ```ts
 * import { EpollSelector, EVENT_WRITE } from "@berkeley/socket/selectors";
 * import { posix } from "@berkeley/socket/posix";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const driver = posix;
 * const [a, b] = await socketpair(undefined, undefined, undefined, { driver });
 * using _a = a, _b = b;
 * using selector = new EpollSelector({ driver });
 * const key = selector.register(a, EVENT_WRITE);
 * assertEquals(await selector.select(), [[key, EVENT_WRITE]]);
 * ```
 *
 * Port of [`selectors.EpollSelector`](https://docs.python.org/3/library/selectors.html#selectors.EpollSelector).
 *
 * @typeParam F What is registered.
 * @typeParam D What is attached to it.
 */
export class EpollSelector<F extends Selectable = Selectable, D = unknown>
  extends BaseSelector<F, D> {
  readonly #epoll: Epoll<F>;

  /**
   * Opens the queue.
   *
   * @param options `driver`: the driver; the program's default driver if omitted.
   * @throws {OSError} EOPNOTSUPP if the driver has no descriptors.
   */
  constructor(options: DriverOption = {}) {
    const backend = new EpollBackend<F>(options);
    super(backend, options);
    this.#epoll = backend.epoll;
  }

  /**
   * Returns the queue's own descriptor.
   *
   * @returns The number.
   * @throws {OSError} EBADF if the selector is closed.
   *
   * @example Usage
   * ```ts
   * import { EpollSelector } from "@berkeley/socket/selectors";
   * import { posix } from "@berkeley/socket/posix";
   * import { assert } from "@std/assert";
   *
   * using selector = new EpollSelector({ driver: posix });
   * assert(selector.fileno() > 2);
   * ```
   *
   * Port of `EpollSelector.fileno` of [`selectors`](https://docs.python.org/3/library/selectors.html#selectors.EpollSelector).
   */
  fileno(): number {
    return this.#epoll.fileno();
  }
}
