import type { Address } from "../address.ts";
import { MSG_PEEK, MSG_WAITALL } from "../constants/mod.ts";
import type { OSErrorFields } from "../errors.ts";
import type { Wait } from "../wait.ts";
import type { Conn } from "./stream_transport.ts";
import { translate } from "../sandbox/errors.ts";
import { Intake, type Waiter } from "./wait_queue.ts";
import { ReadBuffer } from "./read_buffer.ts";

/** One receive that waits. */
interface Reading extends Waiter {
  /** The most bytes it takes; 0 for a call that only wants to know whether any are there. */
  readonly size: number;
  /** The caller's buffer; without one it gets an array of its own. */
  readonly into: Uint8Array | undefined;
  /** Looks at the bytes and leaves them. */
  readonly peek: boolean;
  /** Waits until it has `size` bytes, or there are no more. */
  readonly all: boolean;
  /** Whether Deno may write straight into `into`: nothing but `close` can end the call. */
  readonly direct: boolean;
  /** How much of `into` Deno has written already. */
  filled: number;
  /** Settles the call with the bytes, or with their number where it has `into`. */
  // deno-lint-ignore no-explicit-any
  readonly resolve: (value: any) => void;
}

/**
 * Receives from a connection. At most one `read` is under way; bytes that
 * nobody waits for any more, or that were only peeked at, are kept.
 */
export class Reader extends Intake<Reading> {
  readonly #conn: Conn;
  readonly #peer: Address;
  readonly #buffer = new ReadBuffer();
  /** Whose buffer the read under way fills, if it is a caller's, and where. */
  #target: Reading | undefined;
  #room: Uint8Array | undefined;
  #error: unknown;
  #over = false;
  #shut = false;

  /** Receives from `conn`; `peer` is for messages. */
  constructor(conn: Conn, peer: Address) {
    super();
    this.#conn = conn;
    this.#peer = peer;
  }

  /** Receives up to `size` bytes into an array of their own. */
  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) =>
      this.add({
        size,
        into: undefined,
        peek: (flags & MSG_PEEK) !== 0,
        all: (flags & MSG_WAITALL) !== 0,
        direct: false,
        filled: 0,
        owner,
        resolve,
        reject,
      }, wait)
    );
  }

  /** Receives into the caller's buffer and tells how many bytes. */
  recvInto(
    into: Uint8Array,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<number> {
    return new Promise((resolve, reject) =>
      this.add({
        size: into.length,
        into,
        peek: (flags & MSG_PEEK) !== 0,
        all: (flags & MSG_WAITALL) !== 0,
        direct: wait === undefined && (flags & MSG_PEEK) === 0,
        filled: 0,
        owner,
        resolve,
        reject,
      }, wait)
    );
  }

  /** Resolves when a receive would not wait. */
  async readable(wait: Wait | undefined, owner: object): Promise<void> {
    await this.recv(0, MSG_PEEK, wait, owner);
  }

  /** Ends the reading half: who waits gets what is there, or nothing. */
  shutdown(): void {
    this.#shut = true;
    this.expireAll();
  }

  /** Whether bytes have come that no call has had. */
  get ahead(): boolean {
    return this.#buffer.available > 0;
  }

  protected override add(reading: Reading, wait: Wait | undefined): void {
    const { available } = this.#buffer;
    // The kernel may have more to show than was taken from it.
    if (reading.peek && available > 0 && available < reading.size) {
      this.#buffer.full = true;
    }
    // After shutdown(SHUT_RD) a receive still gets what had come, but waits no more.
    const brief = this.#shut && !this.#over;
    super.add(
      reading,
      brief ? { deadline: -Infinity, signal: wait?.signal } : wait,
    );
  }

  protected serve(reading: Reading): boolean {
    const buffer = this.#buffer;
    if (reading.direct && reading.all) {
      reading.filled += buffer.take(reading.into!.subarray(reading.filled));
    }
    const got = reading.filled + buffer.available;
    const last = this.#over || this.#error !== undefined;
    if (!last) {
      if (got === 0) return false;
      if (got < reading.size) {
        if (reading.all) return false;
        if (buffer.full) return this.#topUp();
      }
    } else if (got === 0 && this.#error !== undefined && reading.size > 0) {
      reading.reject(this.#error);
      this.#error = undefined;
      this.#over = true;
      return true;
    }
    this.#give(reading);
    return true;
  }

  #give(reading: Reading): void {
    const { into, filled, peek, resolve } = reading;
    const buffer = this.#buffer;
    if (into === undefined) {
      resolve(peek ? buffer.peek(reading.size) : buffer.cut(reading.size));
    } else if (peek) {
      const bytes = buffer.peek(into.length);
      into.set(bytes);
      resolve(bytes.length);
    } else {
      resolve(filled + buffer.take(filled > 0 ? into.subarray(filled) : into));
    }
  }

  /**
   * A read that filled all the room it had may have left more behind, and
   * Python would give that too: waits for one more read, but no longer than it
   * takes to learn what the kernel has.
   */
  #topUp(): false {
    setImmediate(() => {
      this.#buffer.full = false;
      this.serveAll();
    });
    return false;
  }

  protected begin(first: Reading): void {
    let room: Uint8Array;
    if (first.direct && this.#buffer.available === 0) {
      room = first.filled === 0
        ? first.into!
        : first.into!.subarray(first.filled);
      this.#target = first;
      this.#room = room;
    } else {
      room = this.#buffer.room(first.size, first.peek);
    }
    this.#conn.read(room).then(this.#came, this.#failed);
  }

  readonly #came = (count: number | null): void => {
    const target = this.#target;
    this.#target = undefined;
    if (count === null) {
      this.#over = true;
    } else if (target === undefined) {
      this.#buffer.came(count);
    } else if (target === this.first) {
      target.filled += count;
    } else {
      // Whoever lent the buffer has gone: the bytes are for the next call.
      this.#buffer.append(this.#room!.subarray(0, count));
    }
    this.ended();
  };

  readonly #failed = (error: unknown): void => {
    this.#target = undefined;
    this.#error = translate(error, this.describe());
    this.ended();
  };

  protected override expired(reading: Reading, never: boolean): void {
    // A call that may not wait for all of it gets what there is, in its turn.
    const some = reading.all && reading === this.first &&
      reading.filled + this.#buffer.available > 0;
    if (this.#shut || (never && some)) {
      this.#give(reading);
      reading.filled = 0;
    }
    super.expired(reading, never);
  }

  protected override drop(reading: Reading, reason: unknown): void {
    if (reading.filled > 0) {
      this.#buffer.append(reading.into!.subarray(0, reading.filled));
      reading.filled = 0;
    }
    super.drop(reading, reason);
  }

  protected hold(held: boolean): void {
    if (held) this.#conn.ref();
    else this.#conn.unref();
  }

  protected describe(): OSErrorFields {
    return { syscall: "recv", address: this.#peer };
  }
}
