import { kindOf } from "./arguments.ts";
import { POLLNVAL } from "./constants/poll.ts";
import { failure } from "./caller.ts";
import { Deadline } from "./deadlines.ts";
import { type Linked, LinkedQueue } from "./linked_queue.ts";
import {
  type OSError,
  osError,
  type OSErrorFields,
  timedOut,
} from "./errors.ts";

/**
 * How long one call may wait: until a point in time, until a signal aborts, or
 * both. `undefined` instead of a `Wait` means "for ever".
 */
export interface Wait {
  /**
   * When the call times out, in milliseconds on the clock of
   * `performance.now()`; `Infinity` for never, `-Infinity` for a call that must
   * not wait at all.
   */
  readonly deadline: number;
  /** Cancels the call, with the signal's own reason, when it aborts. */
  readonly signal: AbortSignal | undefined;
}

/** Options of every call that waits. */
export interface WaitOptions {
  /**
   * Cancels the call when it aborts: the call rejects with the signal's
   * `reason`, and no byte is lost.
   */
  signal?: AbortSignal;
}

/** The `Wait` of a call on a non-blocking socket. */
export const NO_WAIT: Wait = { deadline: -Infinity, signal: undefined };

let defaultTimeout: number | null = null;

/**
 * Returns the timeout of new sockets.
 *
 * @returns Seconds, or `null` for none.
 *
 * @example Usage
 * ```ts
 * import { getdefaulttimeout } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getdefaulttimeout(), null);
 * ```
 *
 * Port of [`socket.getdefaulttimeout`](https://docs.python.org/3/library/socket.html#socket.getdefaulttimeout).
 */
export function getdefaulttimeout(): number | null {
  return defaultTimeout;
}

/**
 * Sets the timeout of new sockets.
 *
 * @param timeout Seconds; 0 makes new sockets non-blocking, `null` makes them
 * wait for ever.
 * @throws {RangeError} If it is negative, NaN, or more than 9223372036 seconds.
 * @throws {TypeError} If it is neither a number nor `null`.
 *
 * @example Usage
 * ```ts
 * import { setdefaulttimeout, socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * setdefaulttimeout(10);
 * using s = socket();
 * assertEquals(s.gettimeout(), 10);
 * setdefaulttimeout(null);
 * ```
 *
 * Port of [`socket.setdefaulttimeout`](https://docs.python.org/3/library/socket.html#socket.setdefaulttimeout).
 */
export function setdefaulttimeout(timeout: number | null): void {
  checkTimeout("setdefaulttimeout", timeout);
  defaultTimeout = timeout;
}

/** The most seconds a timeout may have: CPython's limit, 2^63 - 1 nanoseconds. */
const MAXIMUM = 9223372036.854775;

/** Throws if a value is not a timeout. */
export function checkTimeout(call: string, timeout: unknown): void {
  if (timeout === null) return;
  if (typeof timeout !== "number") {
    throw new TypeError(
      `Cannot ${call}: a timeout must be seconds or null, not ${typeof timeout}`,
    );
  }
  if (!(timeout >= 0 && timeout <= MAXIMUM)) {
    throw new RangeError(
      `Cannot ${call}: a timeout must be 0 to ${MAXIMUM} seconds, not ${timeout}`,
    );
  }
}

/** Makes the `Wait` of a call from the socket's timeout in seconds and the call's signal. */
export function waitOf(
  timeout: number | null,
  signal?: AbortSignal,
): Wait | undefined {
  if (signal !== undefined) checkSignal(signal);
  if (timeout === null) {
    return signal && { deadline: Infinity, signal };
  }
  if (timeout === 0) return signal ? { ...NO_WAIT, signal } : NO_WAIT;
  return { deadline: performance.now() + timeout * 1000, signal };
}

/** Throws if a value is not a signal; an aborted signal throws its reason before the call starts. */
function checkSignal(signal: unknown): void {
  if (!(signal instanceof AbortSignal)) {
    throw new TypeError(
      `Cannot wait: the signal must be an AbortSignal, not ${kindOf(signal)}`,
    );
  }
  signal.throwIfAborted();
}

/** Tells whether the call must not wait at all. */
export function isNonBlocking(wait: Wait | undefined): boolean {
  return wait !== undefined && wait.deadline === -Infinity;
}

/**
 * Calls one of two functions once when a wait ends: `expire` at its deadline,
 * `abort` with the reason when its signal aborts.
 *
 * A call that must not wait at all expires only after Deno has polled the
 * system again. The event loop polls when it has nothing else to run: rounds of
 * `setImmediate` alone do not make it poll, and a socket's first receive would
 * then miss data that has arrived. On a busy machine one poll is not always
 * enough, so it waits for two (Deno 2.9).
 *
 * @param holds Whether the watch itself keeps the process alive until its deadline.
 * @returns A function that ends the watch.
 */
export function watch(
  wait: Wait,
  expire: () => void,
  abort: (reason: unknown) => void,
  holds = true,
): () => void {
  const { deadline, signal } = wait;
  if (signal === undefined && deadline !== -Infinity) {
    return expireAt(deadline, expire, holds);
  }
  if (signal !== undefined && deadline === Infinity) {
    return onAbort(signal, () => abort(signal.reason));
  }
  const stop = () => {
    cancel();
    forget?.();
  };
  const forget = signal && onAbort(signal, () => {
    stop();
    abort(signal.reason);
  });
  const onExpire = () => {
    stop();
    expire();
  };
  const cancel = deadline === -Infinity
    ? afterPolls(onExpire)
    : expireAt(deadline, onExpire, holds);
  return stop;
}

function nothing(): void {}

function expireAt(
  deadline: number,
  expire: () => void,
  holds: boolean,
): () => void {
  if (deadline === Infinity) return nothing;
  const due = new Deadline(expire, holds);
  due.set(deadline);
  return () => due.end();
}

/** Calls a function when Deno has polled the system twice. */
function afterPolls(call: () => void): () => void {
  let immediate: ReturnType<typeof setImmediate> | undefined;
  let timer = setTimeout(() => {
    timer = setTimeout(() => immediate = setImmediate(call), 0);
  }, 0);
  return () => {
    clearTimeout(timer);
    if (immediate !== undefined) clearImmediate(immediate);
  };
}

/** Who is told when a signal aborts; of one signal at a time. */
export interface AbortWatch extends Linked {
  /** Called when it aborts. */
  readonly onAbort: () => void;
}

/** All who are told when a signal aborts, by one listener: to add and remove one takes longer than a whole receive. */
interface Watched {
  readonly watches: LinkedQueue<AbortWatch>;
  readonly listener: () => void;
}

const watched = new WeakMap<AbortSignal, Watched>();

/** Has one told when a signal aborts, until {@linkcode unwatchAbort}. */
export function watchAbort(signal: AbortSignal, watch: AbortWatch): void {
  let found = watched.get(signal);
  if (found === undefined) {
    const watches = new LinkedQueue<AbortWatch>();
    const listener = () => {
      for (const watch of watches.toArray()) {
        if (watch.isQueued) watch.onAbort();
      }
    };
    found = { watches, listener };
    watched.set(signal, found);
    signal.addEventListener("abort", listener);
  }
  found.watches.push(watch);
}

/** Takes one {@linkcode watchAbort} back. */
export function unwatchAbort(signal: AbortSignal, watch: AbortWatch): void {
  const found = watched.get(signal);
  if (!found?.watches.remove(watch) || found.watches.first) return;
  signal.removeEventListener("abort", found.listener);
  watched.delete(signal);
}

function onAbort(signal: AbortSignal, call: () => void): () => void {
  const watch = { onAbort: call };
  watchAbort(signal, watch);
  return () => unwatchAbort(signal, watch);
}

/** A resource that can report, as `poll(2)` does, whether a call on it would wait. */
export interface Pollable {
  /**
   * Returns which of `events` (`POLLIN | POLLOUT | POLLPRI`) hold now, and
   * `POLLERR`, `POLLHUP` and `POLLNVAL` whether asked for or not. Never waits.
   */
  poll(events: number): number;
  /**
   * Calls `observer` at everything that may change what `poll(events)` returns,
   * closing included, and never before this call has returned. Receives in
   * advance where the driver has to.
   *
   * @param holds Whether that keeps the process alive, unless `unref` was called.
   * @returns A function that ends it.
   */
  observe(events: number, observer: () => void, holds: boolean): () => void;
  /**
   * What to hold while observers that do not hold are waited for, so that they
   * are told at once; `undefined` if they are in every program that runs.
   */
  readonly notifier: Hold | undefined;
}

/** Something that works while it is held. */
export interface Hold {
  /** Holds it, once more. */
  hold(): void;
  /** Takes one `hold` back. */
  release(): void;
  /** Resolves when nothing is left of what the last `release` has ended; `undefined` if there is nothing. */
  readonly returning?: Promise<void>;
}

/** Creates the error of a call that timed out; EAGAIN for a call that must not wait at all. */
export function timeoutError(
  wait: Wait | undefined,
  fields: OSErrorFields,
): OSError {
  return isNonBlocking(wait)
    ? osError({ ...fields, code: "EAGAIN" })
    : timedOut(fields);
}

/**
 * Waits for a promise, no longer than `wait` allows.
 *
 * If many calls wait for one event, use a {@linkcode WaitQueue}: every wait
 * here leaves a callback on the promise.
 *
 * @param giveUp Called before the result rejects because of the deadline or the
 * signal; stops the work behind the promise.
 */
export function withDeadline<T>(
  promise: Promise<T>,
  wait: Wait | undefined,
  fields: OSErrorFields,
  giveUp?: () => void,
): Promise<T> {
  if (wait === undefined) return promise;
  return new Promise((resolve) => {
    let isOver = false;
    const fail = (reason: unknown) => {
      isOver = true;
      giveUp?.();
      resolve(failure(reason));
    };
    const stop = watch(wait, () => fail(timeoutError(wait, fields)), fail);
    promise.then(resolve, (error) => {
      if (!isOver) resolve(failure(error));
    }).finally(stop);
  });
}

/**
 * Calls `ready` once, as soon as `poll(events)` is not 0, and never before this
 * call has returned. Until then it keeps the process alive.
 *
 * @returns A function that cancels the callback.
 */
export function whenReady(
  source: Pollable,
  events: number,
  ready: () => void,
): () => void {
  let isOver = false;
  const check = () => {
    if (isOver || source.poll(events) === 0) return;
    cancel();
    ready();
  };
  const stop = source.observe(events, check, true);
  const cancel = () => {
    if (isOver) return;
    isOver = true;
    stop();
  };
  if (source.poll(events) !== 0) queueMicrotask(check);
  return cancel;
}

/**
 * Waits until `poll(events)` is not 0, no longer than `wait` allows.
 *
 * @param fields The fields of its errors.
 * @returns The result of that `poll`.
 * @throws {OSError} EBADF if the source is closed meanwhile; a TimeoutError at
 * the deadline, or EAGAIN if the call must not wait.
 */
export function untilReady(
  source: Pollable,
  events: number,
  wait: Wait | undefined,
  fields: OSErrorFields,
): Promise<number> {
  return new Promise((resolve) => {
    const cancel = whenReady(source, events, () => {
      stop?.();
      const found = source.poll(events);
      if ((found & POLLNVAL) === 0) resolve(found);
      else resolve(failure(osError({ ...fields, code: "EBADF" })));
    });
    const fail = (reason: unknown) => {
      cancel();
      resolve(failure(reason));
    };
    const stop = wait &&
      watch(wait, () => fail(timeoutError(wait, fields)), fail);
  });
}
