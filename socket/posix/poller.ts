import { Epoll } from "./epoll.ts";
import type { EventQueue } from "./events.ts";
import { Kqueue } from "./kqueue.ts";
import { isDarwin } from "./layout/mod.ts";
import { onTurn } from "./turn.ts";

/** What is registered with the poller. */
export interface Watched {
  /** Told whenever the kernel has news of the descriptor. */
  onNews(news: number): void;
}

/** One descriptor's place in the poller. */
export interface Registration {
  readonly fd: number;
  readonly slot: number;
  readonly generation: number;
  readonly watched: Watched;
}

// How many turns of the event loop look for news before a thread waits for it. A
// thread takes some 40 µs to come back, a turn about 2 µs, so looking on pays
// where news is near. It halves each time it was in vain.
const MOST_SPINS = 30;
const LEAST_SPINS = 2;

// News that came within this time of parking would have been found by
// MOST_SPINS; milliseconds.
const NEAR = 0.15;

// How often to look for news that only unref()ed calls wait for; milliseconds.
// A parked thread would keep the process alive.
const UNHURRIED = 10;

/**
 * Waits for news of descriptors: one queue of the kernel's for the isolate. While calls wait it
 * looks for news once a turn of the event loop and then parks a thread of Deno's
 * pool; while none waits it does nothing, so that the process
 * can end. With the last descriptor it closes the queue.
 */
class Poller {
  #queue: EventQueue | undefined;
  // The first slot is the queue's own.
  readonly #slots: (Registration | undefined)[] = [undefined];
  readonly #free: number[] = [];
  /** Whose each number is now: the kernel forgets one that is closed, by whomever. */
  readonly #owners = new Map<number, Registration>();
  #generation = 0;
  #count = 0;
  #waiters = 0;
  #unhurried = 0;
  #interval: ReturnType<typeof setInterval> | undefined;
  #immediate: ReturnType<typeof setImmediate> | undefined;
  #spins = MOST_SPINS;
  #spinsLeft = 0;
  #isParked = false;
  #parkedAt = 0;
  #parked: Promise<void> | undefined;
  /**
   * Resolves when the parked thread has returned for which nobody waits any
   * more; `undefined` if there is none. What ended the last wait is told only
   * then, so that nothing of the poller's is left when the program knows.
   */
  returning: Promise<void> | undefined;

  /** Registers a descriptor; `watched` is told if it has news already. */
  add(fd: number, watched: Watched): Registration {
    this.#queue ??= isDarwin ? new Kqueue() : new Epoll();
    const slot = this.#free.pop() ?? this.#slots.length;
    const generation = this.#generation = (this.#generation + 1) >>> 0;
    try {
      this.#queue.add(fd, slot, generation);
    } catch (error) {
      this.#free.push(slot);
      this.#closeIfUnused();
      throw error;
    }
    this.#count++;
    if (this.#waiters > 0) this.#begin();
    const registration = { fd, slot, generation, watched };
    this.#owners.set(fd, registration);
    return this.#slots[slot] = registration;
  }

  /** Ends a registration, before its descriptor closes: a duplicate elsewhere would keep it. */
  remove(registration: Registration): void {
    const { fd, slot } = registration;
    if (this.#owners.get(fd) === registration) {
      this.#owners.delete(fd);
      this.#queue!.remove(fd);
    }
    this.#slots[slot] = undefined;
    this.#free.push(slot);
    this.#count--;
    this.#closeIfUnused();
  }

  /** Begins to look for news, for one more waiter. */
  hold(): void {
    this.#waiters++;
    // One that waits for several may hold before it has anything registered.
    if (this.#queue !== undefined) this.#begin();
  }

  /** Ends that for one waiter. */
  release(): void {
    if (--this.#waiters > 0 || !this.#isParked || this.returning) return;
    this.returning = this.#parked;
    this.#queue!.wake();
  }

  /** Looks for news now and then for one more descriptor, without keeping the process alive. */
  holdUnhurried(): void {
    if (this.#unhurried++ > 0) return;
    this.#interval = setInterval(() => {
      // A parked thread finds the news as well, and may have to be woken.
      if (!this.#isParked) this.#look();
    }, UNHURRIED);
    Deno.unrefTimer(this.#interval as unknown as number);
  }

  /** Ends that for one descriptor. */
  releaseUnhurried(): void {
    if (--this.#unhurried === 0) clearInterval(this.#interval);
  }

  #begin(): void {
    if (this.#immediate !== undefined || this.#isParked) return;
    this.#spinsLeft = this.#spins;
    this.#immediate = setImmediate(this.#turn);
  }

  #closeIfUnused(): void {
    if (this.#count > 0 || this.#isParked) return;
    this.#queue?.close();
    this.#queue = undefined;
  }

  readonly #turn = (): void => {
    this.#immediate = undefined;
    if (this.#waiters === 0 || this.#queue === undefined) return;
    onTurn();
    if (this.#look() > 0) this.#spinsLeft = this.#spins;
    else if (--this.#spinsLeft <= 0) {
      this.#spins = Math.max(LEAST_SPINS, this.#spins >> 1);
      return this.#park();
    }
    if (this.#waiters > 0) this.#immediate ??= setImmediate(this.#turn);
  };

  #look(): number {
    return this.#queue === undefined ? 0 : this.#queue.look(this.#tell);
  }

  readonly #tell = (slot: number, generation: number, news: number): void => {
    const registration = this.#slots[slot];
    // The descriptor may have closed since, and another may have its slot.
    if (registration?.generation === generation) {
      registration.watched.onNews(news);
    }
  };

  #park(): void {
    this.#isParked = true;
    this.#parkedAt = performance.now();
    this.#parked = this.#queue!.park().then((tellAll) => {
      this.#isParked = false;
      this.returning = this.#parked = undefined;
      if (performance.now() - this.#parkedAt < NEAR) this.#spins = MOST_SPINS;
      tellAll(this.#tell);
      this.#closeIfUnused();
      if (this.#waiters === 0) return;
      this.#spinsLeft = this.#spins;
      this.#immediate ??= setImmediate(this.#turn);
    });
  }
}

/** The isolate's poller. */
export const poller = new Poller();
