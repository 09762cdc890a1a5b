import { EPOLL_CLOEXEC } from "../constants/epoll.ts";
import type { EventPoll, OpenFile } from "../driver.ts";
import { osError } from "../errors.ts";
import type { Hold } from "../wait.ts";
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD } from "./layout/linux.ts";
import { epollEvent, isDarwin } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { file } from "./open_file.ts";
import { check, wasInterrupted } from "./syscall.ts";

/** An epoll of the program's own, as epoll(7) has it. */
class KernelEventPoll implements EventPoll {
  readonly #file: OpenFile;
  #events = new Uint32Array();

  constructor(fd: number) {
    this.#file = file(fd);
  }

  get fd(): number {
    return this.#file.fd;
  }

  add(fd: number, events: number): void {
    this.#control("register", EPOLL_CTL_ADD, fd, events);
  }

  modify(fd: number, events: number): void {
    this.#control("modify", EPOLL_CTL_MOD, fd, events);
  }

  remove(fd: number): void {
    this.#control("unregister", EPOLL_CTL_DEL, fd, 0);
  }

  take(most: number): [fd: number, events: number][] {
    const { size, data } = epollEvent;
    if (this.#events.length < size * most) {
      this.#events = new Uint32Array(size * most);
    }
    const events = this.#events;
    const bytes = new Uint8Array(events.buffer);
    const fields = { syscall: "poll", subject: `epoll ${this.fd}` };
    let count: number;
    do count = libc().epoll_wait(this.fd, bytes, most, 0); while (
      count < 0 && wasInterrupted(() => fields)
    );
    const found: [number, number][] = [];
    for (let at = 0; at < count * size; at += size) {
      found.push([events[at + data] | 0, events[at]]);
    }
    return found;
  }

  close(): void {
    this.#file.close();
  }

  poll(events: number): number {
    return this.#file.poll(events);
  }

  observe(events: number, observer: () => void, holds: boolean): () => void {
    return this.#file.observe(events, observer, holds);
  }

  get notifier(): Hold | undefined {
    return this.#file.notifier;
  }

  #control(call: string, operation: number, fd: number, events: number): void {
    const event = new Uint32Array(epollEvent.size);
    event[0] = events;
    event[epollEvent.data] = fd;
    const bytes = new Uint8Array(event.buffer);
    check(libc().epoll_ctl(this.fd, operation, fd, bytes), {
      syscall: call,
      subject: `descriptor ${fd}`,
    });
  }
}

/** Opens an epoll, or takes over the one that a number stands for. */
export function epoll(fd?: number): EventPoll {
  const fields = { syscall: "socket", subject: "an epoll" };
  if (isDarwin) {
    const hint = "only Linux has it; use poll() or a selector";
    throw osError({ ...fields, code: "EOPNOTSUPP", hint });
  }
  return new KernelEventPoll(
    fd ?? check(libc().epoll_create1(EPOLL_CLOEXEC), fields),
  );
}
