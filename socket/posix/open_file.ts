import { POLLNVAL } from "../constants/poll.ts";
import type { OpenFile } from "../driver.ts";
import { Observers } from "../endpoint/observers.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";
import type { Hold } from "../wait.ts";
import { ownerOf } from "./descriptor.ts";
import { duplicate, setBlocking } from "./descriptor_flags.ts";
import { libc } from "./libc.ts";
import { look } from "./look.ts";
import { poller, type Registration, type Watched } from "./poller.ts";
import { check, wasInterrupted } from "./syscall.ts";

/** The observers of a descriptor that no endpoint has: a pipe, a terminal, an epoll. */
class Watch implements Watched {
  readonly observers = new Observers();
  #registration: Registration | undefined;

  /** Registers the descriptor; anew, for the kernel forgets a number that is closed and opened again. */
  register(fd: number): void {
    this.end();
    try {
      this.#registration = poller.add(fd, this);
    } catch (error) {
      // A file on a disk never has to be waited for; what is not open is told
      // by poll(2).
      const { code } = error as OSError;
      if (code !== "EPERM" && code !== "EBADF") throw error;
    }
  }

  onNews(): void {
    this.observers.notify();
  }

  end(): void {
    if (this.#registration !== undefined) poller.remove(this.#registration);
    this.#registration = undefined;
  }
}

/** What is observed, by descriptor: the kernel's queue takes each but once. */
const watches = new Map<number, Watch>();

/** A descriptor by its number, whoever opened it. */
class DescriptorFile implements OpenFile {
  /** -1 once it is closed, which the kernel refuses with EBADF. */
  fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  read(size: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size);
    const count = this.#call("read", () => libc().read(this.fd, bytes, size));
    return bytes.slice(0, count);
  }

  write(data: Uint8Array): number {
    return this.#call(
      "write",
      () => libc().write(this.fd, data, data.length),
    );
  }

  setBlocking(on: boolean): void {
    setBlocking(this.fd, on, this.#fields("setblocking"));
  }

  dup(): OpenFile {
    return new DescriptorFile(duplicate(this.fd));
  }

  close(): void {
    const { fd } = this;
    if (fd < 0) return;
    const watch = watches.get(fd);
    watches.delete(fd);
    watch?.end();
    this.fd = -1;
    check(libc().close(fd), this.#fields("close"));
    watch?.onNews();
  }

  fileno(): number {
    return this.fd;
  }

  get notifier(): Hold {
    return poller;
  }

  poll(events: number): number {
    if (this.fd < 0) return POLLNVAL;
    const owner = ownerOf(this.fd);
    return owner === undefined ? look(this.fd, events) : owner.poll(events);
  }

  observe(events: number, observer: () => void, holds: boolean): () => void {
    const { fd } = this;
    const owner = ownerOf(fd);
    if (owner !== undefined) return owner.observe(events, observer, holds);
    let watch = watches.get(fd);
    if (watch === undefined) watches.set(fd, watch = new Watch());
    watch.register(fd);
    const { observers } = watch;
    if (holds) poller.hold();
    return observers.add(observer, () => {
      if (holds) poller.release();
      if (!observers.isEmpty || watches.get(fd) !== watch) return;
      watches.delete(fd);
      watch.end();
    });
  }

  #call(syscall: string, call: () => number): number {
    for (;;) {
      const result = call();
      if (result >= 0) return result;
      const fields = this.#fields(syscall);
      if (!wasInterrupted(() => fields)) {
        throw osError({ ...fields, code: "EAGAIN" });
      }
    }
  }

  #fields(syscall: string): OSErrorFields {
    return { syscall, subject: `descriptor ${this.fd}` };
  }
}

/** Returns what a descriptor's number stands for. */
export function file(fd: number): OpenFile {
  return new DescriptorFile(fd);
}
