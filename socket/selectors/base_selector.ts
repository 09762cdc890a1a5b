import { checkInteger } from "../arguments.ts";
import { osError } from "../errors.ts";
import { KeyError } from "../select/key_error.ts";
import {
  type DriverOption,
  type Selectable,
  type Source,
  sourceOf,
} from "../select/source.ts";
import { checkTimeout, type WaitOptions } from "../wait.ts";
import { SelectorKey } from "./selector_key.ts";

/** The event of a socket that can be read: data, the end of the stream, an error, or a connection to accept. */
export const EVENT_READ = 1;
/** The event of a socket that can be written, or whose non-blocking `connect` is over. */
export const EVENT_WRITE = 2;

/** What a selector waits with; {@linkcode BaseSelector} has checked what it is given. */
export interface SelectorBackend<F extends Selectable> {
  /** Begins to watch a socket for `EVENT_READ`, `EVENT_WRITE` or both. */
  register(fileobj: F, events: number): void;
  /** Changes the events. */
  modify(fileobj: F, events: number): void;
  /** Ends watching a socket, which may be closed. */
  unregister(fileobj: F): void;
  /** Waits, and returns the sockets that are ready, and for what. */
  select(
    timeout: number | null,
    options: WaitOptions,
  ): Promise<[fileobj: F, events: number][]>;
  /** Gives up what it has; waits of the program reject. */
  close(): void;
}

/**
 * Sockets, and the events to wait for at each; the base of the selectors.
 *
 * It is Python's class, with what Python has in a base class of its own. `using` closes
 * it. After `close` every call is EBADF, where Python has several errors.
 *
 * @example A program that takes any of them
 * ```ts
 * import {
 *   type BaseSelector,
 *   EVENT_READ,
 *   PollSelector,
 *   SelectSelector,
 * } from "@berkeley/socket/selectors";
 * import { type Socket, socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * async function countReady(selector: BaseSelector, ...sockets: Socket[]) {
 *   for (const s of sockets) selector.register(s, EVENT_READ);
 *   return (await selector.select(0)).length;
 * }
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * await a.sendall(new Uint8Array(1));
 * for (const Selector of [PollSelector, SelectSelector]) {
 *   using selector = new Selector();
 *   assertEquals(await countReady(selector, a, b), 1);
 * }
 * ```
 *
 * Port of [`selectors.BaseSelector`](https://docs.python.org/3/library/selectors.html#selectors.BaseSelector).
 *
 * @typeParam F What is registered.
 * @typeParam D What is attached to it.
 */
export abstract class BaseSelector<
  F extends Selectable = Selectable,
  D = unknown,
> {
  readonly #backend: SelectorBackend<F>;
  readonly #options: DriverOption;
  readonly #keys = new Map<F, SelectorKey<F, D>>();
  /** What is registered for a socket, by what is the same for all objects of it. */
  readonly #objects = new Map<unknown, F>();
  /** The other way, also for an object that is closed and tells no more. */
  readonly #sockets = new Map<F, unknown>();
  #isClosed = false;

  /**
   * Makes a selector without sockets.
   *
   * @param backend What it waits with.
   * @param options `driver`: whose descriptors numbers are.
   */
  constructor(backend: SelectorBackend<F>, options: DriverOption = {}) {
    this.#backend = backend;
    this.#options = options;
  }

  /**
   * Adds a socket.
   *
   * @param fileobj The socket, or what has one; see {@linkcode Selectable}.
   * @param events `EVENT_READ`, `EVENT_WRITE` or both.
   * @param data What to attach, such as the function to call; `null` if omitted.
   * @returns The key of the socket.
   * @throws {KeyError} If the socket is registered already.
   * @throws {RangeError} If the events are none or others.
   * @throws {OSError} EBADF if the socket or the selector is closed.
   * @throws {TypeError} If it is no socket and has none.
   *
   * @example Usage
   * ```ts
   * import { DefaultSelector, EVENT_READ } from "@berkeley/socket/selectors";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * using selector = new DefaultSelector();
   * assertEquals(selector.register(a, EVENT_READ, "mine").data, "mine");
   * ```
   *
   * Port of [`BaseSelector.register`](https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.register).
   */
  register(fileobj: F, events: number, data: D = null as D): SelectorKey<F, D> {
    checkEvents("register", events);
    this.#checkOpen("register");
    const { key: at, fd } = this.#source("register", fileobj);
    if (this.#objects.has(at)) {
      throw new KeyError("Cannot register: it is registered already");
    }
    this.#backend.register(fileobj, events);
    const key = new SelectorKey(fileobj, fd, events, data);
    this.#objects.set(at, fileobj);
    this.#sockets.set(fileobj, at);
    this.#keys.set(fileobj, key);
    return key;
  }

  /**
   * Removes a socket, which may be closed.
   *
   * @param fileobj What was registered.
   * @returns Its key.
   * @throws {KeyError} If it is not registered.
   *
   * @example Usage
   * ```ts
   * import { DefaultSelector, EVENT_READ } from "@berkeley/socket/selectors";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * using selector = new DefaultSelector();
   * const key = selector.register(a, EVENT_READ);
   * assertEquals(selector.unregister(a), key);
   * assertEquals(await selector.select(0), []);
   * ```
   *
   * Port of [`BaseSelector.unregister`](https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.unregister).
   */
  unregister(fileobj: F): SelectorKey<F, D> {
    const key = this.#find("unregister", fileobj);
    const { fileobj: object } = key;
    this.#objects.delete(this.#sockets.get(object));
    this.#sockets.delete(object);
    this.#keys.delete(object);
    this.#backend.unregister(object);
    return key;
  }

  /**
   * Changes the events to wait for at a socket, and what is attached.
   *
   * @param fileobj What was registered.
   * @param events As for {@linkcode BaseSelector.register}.
   * @param data What to attach; `null` if omitted.
   * @returns The new key.
   * @throws {KeyError} If it is not registered.
   * @throws {RangeError} If the events are none or others.
   *
   * @example Usage
   * ```ts
   * import { DefaultSelector, EVENT_READ, EVENT_WRITE } from "@berkeley/socket/selectors";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * using selector = new DefaultSelector();
   * selector.register(a, EVENT_READ);
   * const key = selector.modify(a, EVENT_READ | EVENT_WRITE);
   * assertEquals(await selector.select(), [[key, EVENT_WRITE]]);
   * ```
   *
   * Port of [`BaseSelector.modify`](https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.modify).
   */
  modify(fileobj: F, events: number, data: D = null as D): SelectorKey<F, D> {
    checkEvents("modify", events);
    const before = this.#find("modify", fileobj);
    const key = new SelectorKey(before.fileobj, before.fd, events, data);
    if (events !== before.events) {
      this.#backend.modify(before.fileobj, events);
    }
    this.#keys.set(before.fileobj, key);
    return key;
  }

  /**
   * Waits until registered sockets are ready.
   *
   * @param timeout Seconds; 0 or less does not wait, `null` or none waits for ever.
   * @param options `signal`: cancels the call when it aborts.
   * @returns The keys of those that are ready, and for which of their events; none if
   * time ran out.
   *
   * @example Usage
   * ```ts
   * import { DefaultSelector, EVENT_READ } from "@berkeley/socket/selectors";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * using selector = new DefaultSelector();
   * const key = selector.register(a, EVENT_READ);
   * await b.sendall(new TextEncoder().encode("hello"));
   * assertEquals(await selector.select(), [[key, EVENT_READ]]);
   * ```
   *
   * Port of [`BaseSelector.select`](https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.select).
   */
  async select(
    timeout: number | null = null,
    options: WaitOptions = {},
  ): Promise<[key: SelectorKey<F, D>, events: number][]> {
    this.#checkOpen("select");
    const seconds = typeof timeout === "number" && timeout < 0 ? 0 : timeout;
    checkTimeout("select", seconds);
    const ready: [SelectorKey<F, D>, number][] = [];
    const found = await this.#backend.select(seconds, options);
    for (const [fileobj, events] of found) {
      const key = this.#keys.get(fileobj);
      if (key !== undefined) ready.push([key, events & key.events]);
    }
    return ready;
  }

  /**
   * Finds what is registered for a socket.
   *
   * @param fileobj The socket.
   * @returns Its key.
   * @throws {KeyError} If it is not registered.
   *
   * @example Usage
   * ```ts
   * import { DefaultSelector, EVENT_READ } from "@berkeley/socket/selectors";
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket();
   * using selector = new DefaultSelector();
   * selector.register(s, EVENT_READ);
   * assertEquals(selector.getKey(s).events, EVENT_READ);
   * ```
   *
   * Port of [`BaseSelector.get_key`](https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.get_key).
   */
  getKey(fileobj: F): SelectorKey<F, D> {
    return this.#find("get the key", fileobj);
  }

  /**
   * Returns what is registered, with its keys; the map changes with it.
   *
   * @returns The keys by what was registered, where Python's has descriptors.
   *
   * @example Usage
   * ```ts
   * import { DefaultSelector } from "@berkeley/socket/selectors";
   * import { assertEquals } from "@std/assert";
   *
   * using selector = new DefaultSelector();
   * assertEquals(selector.getMap().size, 0);
   * ```
   *
   * Port of [`BaseSelector.get_map`](https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.get_map).
   */
  getMap(): ReadonlyMap<F, SelectorKey<F, D>> {
    this.#checkOpen("get the map");
    return this.#keys;
  }

  /**
   * Closes the selector: no socket is watched any longer, and none is closed. Closing
   * again does nothing.
   *
   * @example Usage
   * ```ts
   * import { DefaultSelector } from "@berkeley/socket/selectors";
   *
   * const selector = new DefaultSelector();
   * selector.close();
   * ```
   *
   * Port of [`BaseSelector.close`](https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.close).
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#keys.clear();
    this.#objects.clear();
    this.#sockets.clear();
    this.#backend.close();
  }

  /** Closes the selector at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  #source(call: string, fileobj: F): Source {
    return sourceOf(call, fileobj, this.#options.driver);
  }

  #find(call: string, fileobj: F): SelectorKey<F, D> {
    this.#checkOpen(call);
    const at = this.#sockets.get(fileobj) ?? this.#source(call, fileobj).key;
    const object = this.#objects.get(at);
    if (object === undefined) {
      throw new KeyError(`Cannot ${call}: it is not registered`);
    }
    return this.#keys.get(object)!;
  }

  #checkOpen(call: string): void {
    if (!this.#isClosed) return;
    const subject = "at a selector that is closed";
    throw osError({ code: "EBADF", syscall: call, subject });
  }
}

function checkEvents(call: string, events: number): void {
  checkInteger(call, "events", events, EVENT_READ, EVENT_READ | EVENT_WRITE);
}
