import type { Address } from "../address.ts";
import { MSG_PEEK, MSG_TRUNC } from "../constants/mod.ts";
import type { Message } from "../driver.ts";
import type { OSErrorFields } from "../errors.ts";
import { isNonBlocking, type Wait } from "../wait.ts";
import type { Channel, Datagram } from "./datagram_transport.ts";
import { translate } from "../sandbox/errors.ts";
import { Intake, type Waiter } from "./wait_queue.ts";

/** One receive that waits. */
interface Taking extends Waiter {
  /** Looks at the datagram and leaves it. */
  readonly peek: boolean;
  /** Settles the call with a datagram, or with none after the end of receiving. */
  readonly give: (datagram: Datagram | undefined) => void;
  /** Whether the call may wait; if so it gets nothing after the end of receiving, else EAGAIN. */
  readonly mayWait: boolean;
}

// Longer than a process waits; a timer is what holds it while nothing else does.
const LONG = 2 ** 31 - 1;

/**
 * Receives datagrams. At most one `receive` is under way; a datagram that
 * nobody waits for any more, or that was only looked at, is kept.
 */
export class Inbox extends Intake<Taking> {
  /** Who may send; anyone if it is undefined. */
  accepts: ((sender: Address | null) => boolean) | undefined;
  #channel: Channel | undefined;
  #kept: Datagram[] = [];
  #error: unknown;
  #shut = false;
  /** Whether a receive waits for the channel; its timer holds the process. */
  #starved = false;
  #held = true;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Receives up to `size` bytes of a datagram into an array of their own. */
  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) =>
      this.#take(
        (datagram) =>
          resolve(datagram?.data.slice(0, size) ?? new Uint8Array(0)),
        reject,
        flags,
        wait,
        owner,
      )
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
      this.#take(
        (datagram) => {
          const { data } = datagram ?? { data: new Uint8Array(0) };
          into.set(
            data.length > into.length ? data.subarray(0, into.length) : data,
          );
          resolve(Math.min(data.length, into.length));
        },
        reject,
        flags,
        wait,
        owner,
      )
    );
  }

  /** Receives a datagram with its sender, and tells whether it was cut. */
  recvmsg(
    size: number,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<Message> {
    return new Promise((resolve, reject) =>
      this.#take(
        (datagram) => {
          const { data, address } = datagram ??
            { data: new Uint8Array(0), address: null };
          resolve({
            data: data.slice(0, size),
            ancillary: [],
            flags: data.length > size ? MSG_TRUNC : 0,
            address,
          });
        },
        reject,
        flags,
        wait,
        owner,
      )
    );
  }

  /** Resolves when a receive would not wait. */
  async readable(wait: Wait | undefined, owner: object): Promise<void> {
    await this.recv(0, MSG_PEEK, wait, owner);
  }

  /** Begins to receive from a channel. */
  attach(channel: Channel): void {
    this.#channel = channel;
    clearInterval(this.#timer);
    if (!this.#held) channel.hold(false);
    if (this.#starved) {
      this.#starved = false;
      this.begin();
    }
  }

  /** Ends the receiving: who waits gets nothing, unless it has come already. */
  shutdown(): void {
    this.#shut = true;
    this.expireAll();
  }

  /** Fails the next receive with an error that came by itself. */
  fail(error: unknown): void {
    this.#error = error;
    this.serveAll();
  }

  /** Whether datagrams have come that no call has had. */
  get ahead(): boolean {
    return this.#kept.length > 0;
  }

  override close(code: string): void {
    super.close(code);
    clearInterval(this.#timer);
    if (this.#starved) {
      this.#starved = false;
      this.ended();
    }
  }

  #take(
    give: Taking["give"],
    reject: Taking["reject"],
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): void {
    const mayWait = !isNonBlocking(wait);
    const peek = (flags & MSG_PEEK) !== 0;
    // After shutdown(SHUT_RD) a receive still gets what had come, but waits no more.
    this.add(
      { peek, mayWait, owner, give, reject },
      this.#shut ? { deadline: -Infinity, signal: wait?.signal } : wait,
    );
  }

  protected serve({ peek, give, reject }: Taking): boolean {
    if (this.#error !== undefined) {
      reject(this.#error);
      this.#error = undefined;
      return true;
    }
    const datagram = this.#kept[0];
    if (datagram === undefined) return false;
    if (!peek) this.#kept.shift();
    give(datagram);
    return true;
  }

  protected begin(): void {
    if (this.#channel === undefined) {
      this.#starved = true;
      if (this.#held) this.#holdByTimer();
      return;
    }
    this.#channel.receive(this.#came, this.#failed);
  }

  readonly #came = (datagram: Datagram): void => {
    const welcome = this.accepts?.(datagram.address) ?? true;
    if (welcome) this.#kept.push(datagram);
    this.ended();
    if (this.#kept.at(-1) === datagram) datagram.data = datagram.data.slice();
  };

  readonly #failed = (error: unknown): void => {
    this.fail(translate(error, this.describe()));
    this.ended();
  };

  protected override expired(taking: Taking, never: boolean): void {
    if (this.#shut && taking.mayWait) taking.give(undefined);
    super.expired(taking, never);
  }

  protected hold(held: boolean): void {
    this.#held = held;
    if (this.#channel !== undefined) this.#channel.hold(held);
    else if (held && this.#starved) this.#holdByTimer();
    else clearInterval(this.#timer);
  }

  protected describe(): OSErrorFields {
    return { syscall: "recv", address: this.#channel?.local };
  }

  #holdByTimer(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {}, LONG);
  }
}
