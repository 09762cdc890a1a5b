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
  EV_ADD,
  EV_CLEAR,
  EV_DELETE,
  EV_EOF,
  EV_ERROR,
  EVFILT_READ,
  EVFILT_USER,
  EVFILT_WRITE,
  kevent,
  NOTE_TRIGGER,
} from "./layout/darwin.ts";
import { darwinLibc } from "./libc.ts";
import { check } from "./syscall.ts";

const FIELDS = { syscall: "wait for sockets" };

// A time of no seconds.
const AT_ONCE = new Uint8Array(16);

/** macOS's queue of news, kqueue(2). Untested: nothing here has run on macOS. */
export class Kqueue implements EventQueue {
  readonly #queue: number;
  readonly #changes = new DataView(new ArrayBuffer(2 * kevent.size));
  readonly #events = new DataView(new ArrayBuffer(MOST * kevent.size));
  readonly #parkedEvents = new DataView(new ArrayBuffer(MOST * kevent.size));

  constructor() {
    this.#queue = check(darwinLibc().kqueue(), FIELDS);
    this.#put(0, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0);
    this.#apply(1);
  }

  add(fd: number, slot: number, generation: number): void {
    this.#put(0, fd, EVFILT_READ, EV_ADD | EV_CLEAR, slot, generation);
    this.#put(1, fd, EVFILT_WRITE, EV_ADD | EV_CLEAR, slot, generation);
    check(this.#apply(2), FIELDS);
  }

  remove(fd: number): void {
    this.#put(0, fd, EVFILT_READ, EV_DELETE, 0, 0);
    this.#put(1, fd, EVFILT_WRITE, EV_DELETE, 0, 0);
    this.#apply(2);
  }

  look(tell: Tell): number {
    const bytes = new Uint8Array(this.#events.buffer);
    const count = darwinLibc().kevent(
      this.#queue,
      null,
      0,
      bytes,
      MOST,
      AT_ONCE,
    );
    this.#tell(this.#events, count, tell);
    return count;
  }

  async park(): Promise<(tell: Tell) => void> {
    const bytes = new Uint8Array(this.#parkedEvents.buffer);
    const { parkedKevent } = darwinLibc();
    const count = await parkedKevent(this.#queue, null, 0, bytes, MOST, null);
    return (tell) => this.#tell(this.#parkedEvents, count, tell);
  }

  wake(): void {
    this.#put(0, 0, EVFILT_USER, 0, 0, 0);
    this.#changes.setUint32(kevent.fflags, NOTE_TRIGGER, true);
    this.#apply(1);
  }

  close(): void {
    darwinLibc().close(this.#queue);
  }

  #put(
    index: number,
    ident: number,
    filter: number,
    flags: number,
    slot: number,
    generation: number,
  ): void {
    const at = index * kevent.size;
    const view = this.#changes;
    view.setBigUint64(at + kevent.ident, BigInt(ident), true);
    view.setInt16(at + kevent.filter, filter, true);
    view.setUint16(at + kevent.flags, flags, true);
    view.setUint32(at + kevent.fflags, 0, true);
    view.setBigInt64(at + kevent.data, 0n, true);
    view.setUint32(at + kevent.udata, slot, true);
    view.setUint32(at + kevent.udata + 4, generation, true);
  }

  #apply(count: number): number {
    const bytes = new Uint8Array(this.#changes.buffer);
    return darwinLibc().kevent(this.#queue, bytes, count, AT_ONCE, 0, AT_ONCE);
  }

  #tell(events: DataView, count: number, tell: Tell): void {
    for (let index = 0; index < count; index++) {
      const at = index * kevent.size;
      const isRead = events.getInt16(at + kevent.filter, true) === EVFILT_READ;
      const flags = events.getUint16(at + kevent.flags, true);
      let news = isRead ? READABLE : WRITABLE;
      if ((flags & (EV_EOF | EV_ERROR)) !== 0) news |= SPECIAL;
      if (isRead && (flags & EV_EOF) !== 0) news |= ENDED;
      tell(
        events.getUint32(at + kevent.udata, true),
        events.getUint32(at + kevent.udata + 4, true),
        news,
      );
    }
  }
}
