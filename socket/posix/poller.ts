import { libc } from "./libc.ts";
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLLET,
  epollEvent,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
} from "./layout/mod.ts";
import { check } from "./syscall.ts";
import { onTurn } from "./turn.ts";

/** What is registered with the poller. */
export interface Watched {
  /** Told whenever the kernel has news of the descriptor: EPOLL* bits. */
  onEvents(events: number): void;
}

/** One descriptor's place in the poller. */
export interface Registration {
  readonly fd: number;
  readonly slot: number;
  readonly generation: number;
  readonly watched: Watched;
}

// Every kind of news. The kernel tells each once (EPOLLET), so that a descriptor
// is registered once in its life and idle ones cost nothing.
const NEWS = (EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET) >>> 0;

// How many events one look takes.
const MOST = 256;

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

// The slot of the poller's own eventfd, and what is written to it.
const WAKE = 0;
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/**
 * Waits for news of descriptors: one epoll for the isolate. While calls wait it
 * looks for news once a turn of the event loop and then parks a thread of Deno's
 * pool in `epoll_wait(2)`; while none waits it does nothing, so that the process
 * can end. With the last descriptor it closes its own.
 */
class Poller {
  #epoll = -1;
  #eventfd = -1;
  readonly #slots: (Registration | undefined)[] = [undefined];
  readonly #free: number[] = [];
  #generation = 0;
  #count = 0;
  #waiters = 0;
  #unhurried = 0;
  #interval: ReturnType<typeof setInterval> | undefined;
  readonly #event = new Uint32Array(epollEvent.size);
  readonly #eventBytes = new Uint8Array(this.#event.buffer);
  readonly #events = new Uint32Array(epollEvent.size * MOST);
  readonly #eventsBytes = new Uint8Array(this.#events.buffer);
  readonly #parkedEvents = new Uint32Array(epollEvent.size * MOST);
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
    if (this.#epoll < 0) this.#open();
    const slot = this.#free.pop() ?? this.#slots.length;
    const generation = this.#generation = (this.#generation + 1) >>> 0;
    try {
      this.#control(EPOLL_CTL_ADD, fd, slot, generation);
    } catch (error) {
      this.#free.push(slot);
      this.#closeIfUnused();
      throw error;
    }
    this.#count++;
    return this.#slots[slot] = { fd, slot, generation, watched };
  }

  /** Ends a registration, before its descriptor closes: a duplicate elsewhere would keep it. */
  remove(registration: Registration): void {
    const { fd, slot } = registration;
    libc().epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, this.#eventBytes);
    this.#slots[slot] = undefined;
    this.#free.push(slot);
    this.#count--;
    this.#closeIfUnused();
  }

  /** Begins to look for news, for one more waiter. */
  hold(): void {
    this.#waiters++;
    if (this.#immediate !== undefined || this.#isParked) return;
    this.#spinsLeft = this.#spins;
    this.#immediate = setImmediate(this.#turn);
  }

  /** Ends that for one waiter. */
  release(): void {
    if (--this.#waiters > 0 || !this.#isParked || this.returning) return;
    this.returning = this.#parked;
    // The registration is for each write (EPOLLET), so nothing has to be read.
    libc().write(this.#eventfd, ONE, 8);
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

  #open(): void {
    const fields = { syscall: "wait for sockets" };
    this.#epoll = check(libc().epoll_create1(EPOLL_CLOEXEC), fields);
    try {
      this.#eventfd = check(
        libc().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
        fields,
      );
      this.#control(EPOLL_CTL_ADD, this.#eventfd, WAKE, 0);
    } catch (error) {
      this.#closeIfUnused();
      throw error;
    }
  }

  #closeIfUnused(): void {
    if (this.#count > 0 || this.#isParked || this.#epoll < 0) return;
    libc().close(this.#epoll);
    if (this.#eventfd >= 0) libc().close(this.#eventfd);
    this.#epoll = this.#eventfd = -1;
  }

  #control(
    operation: number,
    fd: number,
    slot: number,
    generation: number,
  ): void {
    this.#event[0] = NEWS;
    this.#event[epollEvent.data] = slot;
    this.#event[epollEvent.data + 1] = generation;
    check(
      libc().epoll_ctl(this.#epoll, operation, fd, this.#eventBytes),
      { syscall: "wait for sockets" },
    );
  }

  readonly #turn = (): void => {
    this.#immediate = undefined;
    if (this.#waiters === 0) return;
    onTurn();
    if (this.#look() > 0) this.#spinsLeft = this.#spins;
    else if (--this.#spinsLeft <= 0) {
      this.#spins = Math.max(LEAST_SPINS, this.#spins >> 1);
      return this.#park();
    }
    if (this.#waiters > 0) this.#immediate ??= setImmediate(this.#turn);
  };

  /** Tells the news there is; returns how much that was. */
  #look(): number {
    if (this.#epoll < 0) return 0;
    const count = libc().epoll_wait(this.#epoll, this.#eventsBytes, MOST, 0);
    if (count > 0) this.#tell(this.#events, count);
    return count;
  }

  #tell(events: Uint32Array, count: number): void {
    const { size, data } = epollEvent;
    for (let at = 0, end = count * size; at < end; at += size) {
      const registration = this.#slots[events[at + data]];
      // The descriptor may have closed since, and another may have its slot.
      if (registration?.generation === events[at + data + 1]) {
        registration.watched.onEvents(events[at]);
      }
    }
  }

  #park(): void {
    this.#isParked = true;
    this.#parkedAt = performance.now();
    this.#parked = libc().parkedEpollWait(
      this.#epoll,
      new Uint8Array(this.#parkedEvents.buffer),
      MOST,
      -1,
    ).then((count) => {
      this.#isParked = false;
      this.returning = this.#parked = undefined;
      if (performance.now() - this.#parkedAt < NEAR) this.#spins = MOST_SPINS;
      // Negative if a signal interrupted it.
      if (count > 0) this.#tell(this.#parkedEvents, count);
      this.#closeIfUnused();
      if (this.#waiters === 0) return;
      this.#spinsLeft = this.#spins;
      this.#immediate ??= setImmediate(this.#turn);
    });
  }
}

/** The isolate's poller. */
export const poller = new Poller();
