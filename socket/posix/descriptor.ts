import type { Address } from "../address.ts";
import {
  AF_INET,
  AF_INET6,
  IPPROTO_TCP,
  SOCK_STREAM,
} from "../constants/mod.ts";
import {
  HALF_ENDED,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  RECEIVABLE,
} from "../constants/poll.ts";
import { restTimer } from "../deadlines.ts";
import { Observers } from "../endpoint/observers.ts";
import type { OSErrorFields } from "../errors.ts";
import { type Hold, isNonBlocking, type Pollable, type Wait } from "../wait.ts";
import { CallQueue, type Waitable } from "./call_queue.ts";
import { ENDED, READABLE, SPECIAL, WRITABLE } from "./events.ts";
import { look } from "./look.ts";
import type { SocketKind } from "./sockaddr/mod.ts";
import { PENDING } from "./syscall.ts";
import { poller, type Registration, type Watched } from "./poller.ts";

/** The descriptors that this isolate owns, by number. */
const owned = new Map<number, Descriptor>();

/** Returns the owner of a descriptor, if this isolate has it. */
export function ownerOf(fd: number): Descriptor | undefined {
  return owned.get(fd);
}

/** Tells whether a socket delivers nothing but a stream of bytes, without limits between them. */
function isTcp({ family, type, proto }: SocketKind): boolean {
  return (family === AF_INET || family === AF_INET6) && type === SOCK_STREAM &&
    (proto === 0 || proto === IPPROTO_TCP);
}

/** A non-blocking descriptor: its number, and the calls that wait for the kernel. */
export class Descriptor implements Watched, Waitable, Pollable {
  /** The number; -1 once it is closed, which the kernel refuses with EBADF. */
  fd: number;
  readonly reads: CallQueue = new CallQueue(this, POLLIN);
  readonly writes: CallQueue = new CallQueue(this, POLLOUT);
  /** The peer's address, for messages. */
  peer: Address | undefined;
  /** Whether a receive that got less than it asked for has emptied the kernel's buffer; only where nothing but bytes is received. */
  drains: boolean;
  /** Whether the receiving half may be shut down. */
  mayHaveEnded = false;
  /** How many bytes wait outside of the kernel. */
  kept = 0;
  #registration: Registration | undefined;
  #observers: Observers | undefined;
  #holds = 0;
  #isReferencing = true;

  constructor(fd: number, kind: SocketKind) {
    this.fd = fd;
    this.drains = isTcp(kind);
    owned.set(fd, this);
  }

  /** Whether no call waits and no bytes are kept outside of the kernel. */
  get isIdle(): boolean {
    return this.reads.isEmpty && this.writes.isEmpty && this.kept === 0;
  }

  /**
   * Tells whether a receive or an accept that would have to wait has nothing to
   * wait for, because the receiving half is shut down. For a stream the kernel
   * says so itself, for others only where the descriptor blocks.
   */
  hasEnded(wait: Wait | undefined): boolean {
    return this.mayHaveEnded && !isNonBlocking(wait) &&
      (this.poll(HALF_ENDED) & HALF_ENDED) !== 0;
  }

  /** Receives; if nothing is there and nothing can come, returns `end`. */
  orEnd<T>(
    receive: () => T | typeof PENDING,
    wait: Wait | undefined,
    end: T,
  ): T | typeof PENDING {
    const found = receive();
    if (found !== PENDING || !this.hasEnded(wait)) return found;
    // What came just before the end may have come after that receive.
    const last = receive();
    return last === PENDING ? end : last;
  }

  register(): void {
    if (this.fd >= 0) this.#registration ??= poller.add(this.fd, this);
  }

  hold(): void {
    if (this.#holds++ === 0 && this.#isReferencing) poller.hold();
  }

  release(): void {
    if (--this.#holds === 0 && this.#isReferencing) poller.release();
  }

  fields(syscall: string): OSErrorFields {
    return { syscall, address: this.peer };
  }

  /** Sets whether what waits keeps the process alive. */
  setReferencing(on: boolean): void {
    if (on === this.#isReferencing) return;
    this.#isReferencing = on;
    if (on) poller.releaseUnhurried();
    else poller.holdUnhurried();
    if (this.#holds === 0) return;
    if (on) poller.hold();
    else poller.release();
  }

  onNews(news: number): void {
    // Behind a receive that got less than it asked for there may be more.
    if ((news & SPECIAL) !== 0) this.drains = false;
    if ((news & ENDED) !== 0) this.mayHaveEnded = true;
    if ((news & READABLE) !== 0) this.reads.serve();
    if ((news & WRITABLE) !== 0) this.writes.serve();
    this.notify();
  }

  /** Has everyone who observes look again. */
  notify(): void {
    this.#observers?.notify();
  }

  poll(events: number): number {
    if (this.fd < 0) return POLLNVAL;
    const kept = this.kept > 0 ? events & RECEIVABLE : 0;
    return look(this.fd, events) | kept;
  }

  observe(_events: number, observer: () => void, holds: boolean): () => void {
    this.register();
    if (holds) this.hold();
    return (this.#observers ??= new Observers()).add(observer, () => {
      if (holds) this.release();
    });
  }

  get notifier(): Hold {
    return poller;
  }

  /**
   * Gives the number up without closing it. Every pending call fails with EBADF,
   * and everyone who observes is told.
   *
   * @returns The number; -1 if it was given up before.
   */
  giveUp(): number {
    const { fd } = this;
    if (fd < 0) return -1;
    if (this.#registration !== undefined) poller.remove(this.#registration);
    this.#registration = undefined;
    owned.delete(fd);
    this.fd = -1;
    this.reads.close();
    this.writes.close();
    restTimer();
    this.notify();
    this.setReferencing(true);
    return fd;
  }
}
