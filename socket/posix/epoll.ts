import {
  EPOLL_CLOEXEC,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
} from "../constants/epoll.ts";
import {
  ENDED,
  type EventQueue,
  MOST,
  READABLE,
  SPECIAL,
  type Tell,
  WRITABLE,
} from "./events.ts";
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
} from "./layout/linux.ts";
import { epollEvent } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { check } from "./syscall.ts";

const NEWS = (EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET) >>> 0;
const READ = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLERR | EPOLLHUP;
const WRITE = EPOLLOUT | EPOLLERR | EPOLLHUP;

// The marks of the queue's own eventfd, and what is written to it.
const WAKE = 0;
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

const FIELDS = { syscall: "wait for sockets" };

/** Linux's queue of news, epoll(7). */
export class Epoll implements EventQueue {
  readonly #epoll: number;
  readonly #eventfd: number;
  readonly #event = new Uint32Array(epollEvent.size);
  readonly #eventBytes = new Uint8Array(this.#event.buffer);
  readonly #events = new Uint32Array(epollEvent.size * MOST);
  readonly #eventsBytes = new Uint8Array(this.#events.buffer);
  readonly #parkedEvents = new Uint32Array(epollEvent.size * MOST);

  constructor() {
    this.#epoll = check(libc().epoll_create1(EPOLL_CLOEXEC), FIELDS);
    this.#eventfd = libc().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    try {
      check(this.#eventfd, FIELDS);
      this.add(this.#eventfd, WAKE, 0);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  add(fd: number, slot: number, generation: number): void {
    this.#event[0] = NEWS;
    this.#event[epollEvent.data] = slot;
    this.#event[epollEvent.data + 1] = generation;
    const { epoll_ctl } = libc();
    check(epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, this.#eventBytes), FIELDS);
  }

  remove(fd: number): void {
    libc().epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, this.#eventBytes);
  }

  look(tell: Tell): number {
    const count = libc().epoll_wait(this.#epoll, this.#eventsBytes, MOST, 0);
    if (count > 0) this.#tell(this.#events, count, tell);
    return count;
  }

  async park(): Promise<(tell: Tell) => void> {
    const bytes = new Uint8Array(this.#parkedEvents.buffer);
    const count = await libc().parkedEpollWait(this.#epoll, bytes, MOST, -1);
    // Negative, and so no news, if a signal interrupted it.
    return (tell) => this.#tell(this.#parkedEvents, count, tell);
  }

  wake(): void {
    // The news is each write (EPOLLET), so nothing has to be read.
    libc().write(this.#eventfd, ONE, 8);
  }

  close(): void {
    libc().close(this.#epoll);
    if (this.#eventfd >= 0) libc().close(this.#eventfd);
  }

  #tell(events: Uint32Array, count: number, tell: Tell): void {
    const { size, data } = epollEvent;
    for (let at = 0, end = count * size; at < end; at += size) {
      const found = events[at];
      let news = 0;
      if ((found & READ) !== 0) news |= READABLE;
      if ((found & WRITE) !== 0) news |= WRITABLE;
      if ((found & ~(EPOLLIN | EPOLLOUT)) !== 0) news |= SPECIAL;
      if ((found & EPOLLRDHUP) !== 0) news |= ENDED;
      tell(events[at + data], events[at + data + 1], news);
    }
  }
}
