import type { OSError } from "../errors.ts";
import { ProcessHold } from "../endpoint/process_hold.ts";
import { type Hold, type Wait, watch } from "../wait.ts";
import type { Source } from "./source.ts";

// How long waits may end without a rest of the event loop; milliseconds. A program
// whose sockets are always ready, as for writing, would keep timers, signals and
// all else from its turn. A rest takes some 2 ms (Deno 2.9).
const TURN = 4;

/** What is waited for at one source. */
export interface Interest<T> {
  /** What the caller calls the source. */
  readonly value: T;
  /** What `poll` is asked for. */
  readonly events: number;
  /** What makes the source ready, of what `poll` returns. */
  readonly wanted: number;
}

/** Who waits for news. */
interface Waiter {
  tell(): void;
  fail(reason: unknown): void;
}

interface Entry<T> {
  readonly source: Source;
  interest: Interest<T>;
  /** What the source was ready for when it was last looked at. */
  found?: number;
  /** Ends observing; `undefined` while the source is not observed. */
  stop?: () => void;
}

/**
 * Sources, and what is waited for at them, as in epoll(7): those that may be ready are
 * on a list of candidates; the others are observed, between two waits too, and come
 * back to it by the news of their driver. So a wait costs what is ready and not what
 * is watched. Observing takes nothing from a source, and does not keep the process
 * alive.
 */
export class InterestList<T> {
  readonly #entries = new Map<unknown, Entry<T>>();
  readonly #candidates = new Set<Entry<T>>();
  /** What to hold while waiting, and for how many sources. */
  readonly #notifiers = new Map<Hold, number>();
  readonly #process: Hold = new ProcessHold();
  readonly #waiters = new Set<Waiter>();
  /** How many waits go on. */
  #running = 0;
  #restedAt = -Infinity;
  /** The error of a list that is closed. */
  #closed: OSError | undefined;

  /** How many sources there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** The keys of the sources. */
  keys(): MapIterator<unknown> {
    return this.#entries.keys();
  }

  /** What is waited for at the source with a key. */
  get(key: unknown): Interest<T> | undefined {
    return this.#entries.get(key)?.interest;
  }

  /** Finds the key of what the caller calls so, by looking at all: for what is closed and tells no more. */
  find(value: unknown): unknown {
    for (const [key, { interest }] of this.#entries) {
      if (interest.value === value) return key;
    }
    return undefined;
  }

  /** Adds a source, or changes what is waited for at it; the next wait looks at it in any case. */
  set(source: Source, interest: Interest<T>): void {
    let entry = this.#entries.get(source.key);
    if (entry?.source.pollable !== source.pollable) {
      // A descriptor's number may have become another's.
      this.delete(source.key);
      entry = { source, interest };
      this.#entries.set(source.key, entry);
      this.#count(source.pollable.notifier, 1);
    } else {
      const { events, wanted } = entry.interest;
      entry.interest = interest;
      if (events !== interest.events || wanted !== interest.wanted) {
        this.#rest(entry);
      }
    }
    this.#add(entry);
  }

  /** Removes a source; returns false if it is not there. */
  delete(key: unknown): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    this.#candidates.delete(entry);
    this.#rest(entry);
    this.#count(entry.source.pollable.notifier, -1);
    return true;
  }

  /** Removes all sources. */
  clear(): void {
    for (const key of [...this.keys()]) this.delete(key);
  }

  /** Removes all sources, and fails who waits, or will. */
  close(reason: OSError): void {
    this.#closed = reason;
    this.clear();
    for (const waiter of [...this.#waiters]) waiter.fail(reason);
  }

  /**
   * Waits until a source is ready, no longer than `wait` allows.
   *
   * @returns Those that are ready and what they are ready for; none if time ran out.
   */
  async wait(
    wait: Wait | undefined,
  ): Promise<[interest: Interest<T>, found: number][]> {
    for (let isOver = false, hasTurned = false;;) {
      if (this.#closed !== undefined) throw this.#closed;
      // It may have aborted during a rest, when nothing listened.
      wait?.signal?.throwIfAborted();
      const found = this.#collect();
      if (isOver) return found;
      if (found.length === 0) {
        isOver = await this.#untilNews(wait);
        this.#restedAt = performance.now();
      } else if (performance.now() - this.#restedAt >= TURN) {
        await this.#during((done) => setTimeout(done, 0));
        this.#restedAt = performance.now();
      } else {
        if (this.#notifiers.size === 0 || hasTurned) return found;
        // A turn is enough for the notifiers to tell what else there is.
        await this.#during((done) => setImmediate(done));
        hasTurned = true;
      }
    }
  }

  /** Lists those of the candidates that are ready, and observes what the others, or they, are not ready for. */
  #collect(): [interest: Interest<T>, found: number][] {
    const ready: [Interest<T>, number][] = [];
    for (const entry of this.#candidates) {
      const { interest, source: { pollable } } = entry;
      const found = pollable.poll(interest.events) & interest.wanted;
      // What there is to observe depends on the state of the socket, which may have
      // changed with what it is ready for.
      if (found !== entry.found) this.#rest(entry);
      entry.found = found;
      const missing = interest.events & ~found;
      if (missing !== 0 || found === 0) {
        entry.stop ??= pollable.observe(missing, () => this.#add(entry), false);
      }
      if (found === 0) this.#candidates.delete(entry);
      else ready.push([interest, found]);
    }
    return ready;
  }

  #add(entry: Entry<T>): void {
    this.#candidates.add(entry);
    for (const waiter of this.#waiters) waiter.tell();
  }

  #rest(entry: Entry<T>): void {
    entry.stop?.();
    entry.stop = undefined;
  }

  /** Resolves at the next news, with false, or when the wait is over, with true. */
  #untilNews(wait: Wait | undefined): Promise<boolean> {
    return this.#during((done, fail) => {
      const end = (settle: () => void) => {
        stop?.();
        this.#waiters.delete(waiter);
        settle();
      };
      const waiter = {
        tell: () => end(() => done(false)),
        fail: (reason: unknown) => end(() => fail(reason)),
      };
      const stop = wait &&
        watch(wait, () => end(() => done(true)), waiter.fail);
      this.#waiters.add(waiter);
    });
  }

  /** Runs what waits, with all held that brings news. */
  async #during<R>(
    start: (done: (result: R) => void, fail: (reason: unknown) => void) => void,
  ): Promise<R> {
    if (this.#running++ === 0) {
      this.#process.hold();
      for (const notifier of this.#notifiers.keys()) notifier.hold();
    }
    try {
      return await new Promise<R>(start);
    } finally {
      if (--this.#running === 0) {
        this.#process.release();
        for (const notifier of this.#notifiers.keys()) {
          notifier.release();
          if (notifier.returning !== undefined) await notifier.returning;
        }
      }
    }
  }

  /** Counts the sources of a notifier; the first and the last while something waits begin and end holding it. */
  #count(notifier: Hold | undefined, change: 1 | -1): void {
    if (notifier === undefined) return;
    const before = this.#notifiers.get(notifier) ?? 0;
    if (before + change > 0) this.#notifiers.set(notifier, before + change);
    else this.#notifiers.delete(notifier);
    if (this.#running === 0) return;
    if (before === 0) notifier.hold();
    else if (before + change === 0) notifier.release();
  }
}
