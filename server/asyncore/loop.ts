import {
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
} from "../../socket/constants/poll.ts";
import { Poll, select, type Selectable } from "../../socket/select/mod.ts";
import {
  checkTimeout,
  waitOf,
  type WaitOptions,
  watch,
} from "../../socket/wait.ts";
import { exception, ExitNow, read, readwrite, write } from "./dispatch.ts";
import { hasCode } from "./disconnection.ts";
import { type SocketMap, socketMap } from "./dispatcher.ts";
import { untilWoken, wake } from "./wake.ts";

/** Options of {@linkcode poll} and {@linkcode poll2}. */
export interface PollOptions extends WaitOptions {
  /**
   * How many seconds to wait; 0 does not wait, `null` waits for ever.
   *
   * @default {0}
   */
  timeout?: number | null;
  /** The dispatchers; {@linkcode socketMap} if omitted. */
  map?: SocketMap;
}

/** Options of {@linkcode loop}. */
export interface LoopOptions {
  /**
   * How many seconds each round waits at most; `null` waits for ever.
   *
   * @default {30}
   */
  timeout?: number | null;
  /**
   * Whether to wait by `poll()` of `select`, which is quicker with many sockets.
   *
   * @default {false}
   */
  usePoll?: boolean;
  /** The dispatchers; {@linkcode socketMap} if omitted. */
  map?: SocketMap;
  /** After how many rounds to end; if omitted, when no dispatcher is left. */
  count?: number;
  /** Ends the loop when it aborts. */
  signal?: AbortSignal;
}

/** Options of {@linkcode closeAll}. */
export interface CloseAllOptions {
  /** The dispatchers; {@linkcode socketMap} if omitted. */
  map?: SocketMap;
  /**
   * Whether to go on after an error, and forget it.
   *
   * @default {false}
   */
  ignoreAll?: boolean;
}

/**
 * Waits for the sockets of all dispatchers and calls their handlers, until no
 * dispatcher is left.
 *
 * @param options `timeout` of a round in seconds, `usePoll`, `map`, `count` of rounds,
 * and `signal`, which ends the loop when it aborts: the handler that is being called
 * then is the last.
 * @throws {ExitNow} If a handler throws it.
 * @throws {OSError} EBADF if a dispatcher's socket was closed without the dispatcher.
 * @throws {RangeError} If the timeout is negative.
 *
 * @example End it by a signal
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 *
 * using server = new asyncore.dispatcher();
 * server.createSocket();
 * server.bind(["127.0.0.1", 0]);
 * server.listen(5);
 * await asyncore.loop({ signal: AbortSignal.timeout(20) });
 * ```
 *
 * Port of [`asyncore.loop`](https://docs.python.org/3.11/library/asyncore.html#asyncore.loop).
 */
export async function loop(options: LoopOptions = {}): Promise<void> {
  const { timeout = 30, usePoll = false, map = socketMap, signal } = options;
  let { count = Infinity } = options;
  const round = usePoll ? poll2 : poll;
  const end = () => wake(map);
  signal?.addEventListener("abort", end);
  try {
    while (map.size > 0 && count-- > 0 && !signal?.aborted) {
      await round({ timeout, map });
    }
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

/**
 * Does one round of {@linkcode loop}: waits by `select()`, and calls the handlers.
 *
 * @param options `timeout` in seconds, `map`, and `signal`, which cancels the wait
 * when it aborts.
 * @throws {ExitNow} If a handler throws it.
 * @throws {OSError} EBADF if a dispatcher's socket was closed without the dispatcher.
 * @throws {RangeError} If the timeout is negative.
 * @throws {TypeError} If there is no timeout, and no dispatcher that waits.
 *
 * @example Usage
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 *
 * using server = new asyncore.dispatcher();
 * server.createSocket();
 * server.bind(["127.0.0.1", 0]);
 * server.listen(5);
 * await asyncore.poll(); // nobody has connected yet
 * ```
 *
 * Port of [`asyncore.poll`](https://docs.python.org/3.11/library/asyncore.html).
 */
export async function poll(options: PollOptions = {}): Promise<void> {
  const { timeout = 0, map = socketMap, signal } = options;
  checkTimeout("poll", timeout);
  if (map.size === 0) return;
  const r: Selectable[] = [];
  const w: Selectable[] = [];
  const e: Selectable[] = [];
  for (const [key, obj] of [...map]) {
    const isR = obj.readable();
    const isW = obj.writable();
    if (isR) r.push(key);
    if (isW && !obj.accepting) w.push(key);
    if (isR || isW) e.push(key);
  }
  if (e.length === 0) return await pause(map, timeout, signal);
  const found = await untilWoken(
    map,
    signal,
    (signal) => select(r, w, e, timeout, { signal }),
  );
  const [readable, writable, exceptional] = found ?? [[], [], []];
  for (const key of readable) await forEntry(map, key, read);
  for (const key of writable) await forEntry(map, key, write);
  for (const key of exceptional) await forEntry(map, key, exception);
}

/**
 * Does one round of {@linkcode loop}: waits by `poll()` of `select`, and calls the
 * handlers. Python's `poll3` is the same.
 *
 * @param options `timeout` in seconds, `map`, and `signal`, which cancels the wait
 * when it aborts.
 * @throws {ExitNow} If a handler throws it.
 * @throws {RangeError} If the timeout is negative.
 *
 * @example Usage
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 *
 * using server = new asyncore.dispatcher();
 * server.createSocket();
 * server.bind(["127.0.0.1", 0]);
 * server.listen(5);
 * await asyncore.poll2({ timeout: 0.01 }); // nobody has connected yet
 * ```
 *
 * Port of [`asyncore.poll2`](https://docs.python.org/3.11/library/asyncore.html).
 */
export async function poll2(options: PollOptions = {}): Promise<void> {
  const { timeout = 0, map = socketMap, signal } = options;
  checkTimeout("poll2", timeout);
  if (map.size === 0) return;
  const poller = pollerOf(map);
  const wanted: Selectable[] = [];
  const closed = new Map<Selectable, number>();
  for (const [key, obj] of [...map]) {
    let flags = obj.readable() ? POLLIN | POLLPRI : 0;
    if (obj.writable() && !obj.accepting) flags |= POLLOUT;
    if (flags === 0) continue;
    wanted.push(key);
    if (!poller.register(key, flags)) closed.set(key, POLLNVAL);
  }
  poller.retain(wanted);
  const milliseconds = timeout && Math.trunc(timeout * 1000);
  const found = await untilWoken(
    map,
    signal,
    (signal) => poller.wait(closed.size > 0 ? 0 : milliseconds, signal),
  );
  const events = new Map([...closed, ...found ?? []]);
  for (const key of wanted) {
    const flags = events.get(key);
    if (flags === undefined) continue;
    await forEntry(map, key, (obj) => readwrite(obj, flags));
  }
}

/**
 * Closes all dispatchers.
 *
 * @param options `map`, and `ignoreAll`, whether to go on after an error. One that
 * says that a dispatcher is closed already is always ignored, and
 * {@linkcode ExitNow} never.
 * @throws {ExitNow} If a dispatcher's `close` throws it; so it is with all other errors,
 * unless they are ignored.
 *
 * @example Usage
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 * import { assertEquals } from "@std/assert";
 *
 * const d = new asyncore.dispatcher();
 * d.createSocket();
 * await asyncore.closeAll();
 * assertEquals(asyncore.socketMap.size, 0);
 * ```
 *
 * Port of [`asyncore.close_all`](https://docs.python.org/3.11/library/asyncore.html).
 */
export async function closeAll(options: CloseAllOptions = {}): Promise<void> {
  const { map = socketMap, ignoreAll = false } = options;
  for (const obj of [...map.values()]) {
    try {
      await obj.close();
    } catch (error) {
      const isIgnored = error instanceof ExitNow
        ? false
        : ignoreAll || hasCode(error, "EBADF");
      if (!isIgnored) throw error;
    }
  }
  map.clear();
  wake(map);
}

type Dispatcher = SocketMap extends Map<Selectable, infer D> ? D : never;

/** Calls a function for what has the key, unless it has left the map meanwhile. */
async function forEntry(
  map: SocketMap,
  key: Selectable,
  call: (obj: Dispatcher) => Promise<void>,
): Promise<void> {
  const obj = map.get(key);
  if (obj !== undefined) await call(obj);
}

/** Waits where there is no socket to wait for. */
async function pause(
  map: SocketMap,
  timeout: number | null,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (timeout === null) {
    throw new TypeError(
      "Cannot poll: without a timeout, a dispatcher must be readable or writable",
    );
  }
  await untilWoken(
    map,
    signal,
    (signal) =>
      new Promise<void>((resolve, reject) => {
        watch(waitOf(timeout, signal)!, resolve, reject);
      }),
  );
}

/** The sockets of a map that `poll()` watches, between rounds too. */
class Poller {
  readonly #poll = new Poll();
  readonly #flags = new Map<Selectable, number>();

  /** Has a socket watched; returns false if it is closed. */
  register(key: Selectable, flags: number): boolean {
    if (this.#flags.get(key) === flags) return true;
    try {
      this.#poll.register(key, flags);
    } catch (error) {
      if (!hasCode(error, "EBADF")) throw error;
      this.#forget(key);
      return false;
    }
    this.#flags.set(key, flags);
    return true;
  }

  /** Has no others watched. */
  retain(keys: readonly Selectable[]): void {
    if (keys.length === this.#flags.size) return;
    const kept = new Set(keys);
    for (const key of [...this.#flags.keys()]) {
      if (!kept.has(key)) this.#forget(key);
    }
  }

  /** Waits for events. */
  wait(
    timeout: number | null,
    signal: AbortSignal,
  ): Promise<[Selectable, number][]> {
    return this.#poll.poll(timeout, { signal });
  }

  #forget(key: Selectable): void {
    if (this.#flags.delete(key)) this.#poll.unregister(key);
  }
}

const pollers = new WeakMap<SocketMap, Poller>();

function pollerOf(map: SocketMap): Poller {
  let poller = pollers.get(map);
  if (poller === undefined) pollers.set(map, poller = new Poller());
  return poller;
}
