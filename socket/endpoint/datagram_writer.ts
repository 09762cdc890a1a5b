import type { Address } from "../address.ts";
import { type OSError, osError } from "../errors.ts";
import { timeoutError, type Wait, watch } from "../wait.ts";
import type { Channel, Target } from "./datagram_transport.ts";
import { stage, unstage } from "./buffer_pool.ts";

/** One send that waits or is under way. */
interface Sending {
  readonly owner: object;
  /** Our copy of the bytes. */
  readonly bytes: Uint8Array;
  readonly target: Target | Promise<Target>;
  /** The address as the caller gave it, for messages. */
  readonly to: Address;
  readonly resolve: (count: number) => void;
  readonly reject: (reason: unknown) => void;
  /** Whether the runtime has the bytes. */
  launched: boolean;
  /** Whether the call has ended before its send. */
  gone: boolean;
  /** Ends the watch over the call's deadline and signal, where it has them. */
  stop: (() => void) | undefined;
}

/**
 * Sends datagrams, one after another: Deno's own sends of one turn leave in
 * reversed order (Deno 2.9).
 *
 * What the runtime has been given cannot be taken back. A send that has to
 * wait for the receiver, and whose time is over, therefore counts as sent; it
 * goes out before anything else.
 */
export class Outbox {
  readonly #channel: Channel;
  /** Makes our error of the runtime's. */
  readonly #explain: (error: unknown, to: Address) => unknown;
  readonly #queue: Sending[] = [];
  #idle: (() => void)[] = [];

  /** Sends over `channel`; `explain` makes our errors of its. */
  constructor(
    channel: Channel,
    explain: (error: unknown, to: Address) => unknown,
  ) {
    this.#channel = channel;
    this.#explain = explain;
  }

  /** Sends a datagram, and tells how many bytes it has. */
  send(
    data: Uint8Array,
    target: Target | Promise<Target>,
    to: Address,
    wait: Wait | undefined,
    owner: object,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const sending: Sending = {
        owner,
        bytes: stage(data),
        target,
        to,
        resolve,
        reject,
        launched: false,
        gone: false,
        stop: undefined,
      };
      if (wait !== undefined) this.#watch(sending, wait);
      if (this.#queue.push(sending) === 1) this.#start(sending);
    });
  }

  /** Resolves when a send would not wait. */
  idle(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Whether a send is under way. */
  get busy(): boolean {
    return this.#queue.length > 0;
  }

  /** Whether a datagram is still to be sent whose call has ended. */
  get promised(): boolean {
    return this.#queue[0]?.gone === true;
  }

  /** Fails the calls of one endpoint whose socket lives on. */
  release(owner: object): void {
    for (const sending of this.#queue.filter((each) => each.owner === owner)) {
      this.#fail(sending, closed(sending));
    }
  }

  /** Fails every call, because the channel will be closed now. */
  close(): void {
    for (const sending of [...this.#queue]) {
      this.#fail(sending, closed(sending));
    }
  }

  #watch(sending: Sending, wait: Wait): void {
    const { to } = sending;
    const fields = { syscall: "send", address: to };
    sending.stop = watch(
      wait,
      () =>
        this.#giveUp(
          sending,
          timeoutError(wait, fields),
        ),
      (reason) => this.#giveUp(sending, reason),
    );
  }

  #start(sending: Sending): void {
    const { target } = sending;
    if (!(target instanceof Promise)) return this.#launch(sending, target);
    target.then(
      (target) => sending.gone || this.#launch(sending, target),
      (error) => sending.gone || this.#ended(error),
    );
  }

  #launch(sending: Sending, target: Target): void {
    sending.launched = true;
    this.#channel.send(sending.bytes, target).then(this.#sent, this.#ended);
  }

  readonly #sent = (): void => this.#ended();

  readonly #ended = (error?: unknown): void => {
    const sending = this.#queue.shift()!;
    sending.stop?.();
    unstage(sending.bytes);
    this.#next();
    if (sending.gone) return;
    if (error === undefined) sending.resolve(sending.bytes.length);
    else sending.reject(this.#explain(error, sending.to));
  };

  #next(): void {
    if (this.#queue.length > 0) this.#start(this.#queue[0]);
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** A call's time is over: it fails if nothing is lost with that, and else waits, or has succeeded. */
  #giveUp(sending: Sending, reason: unknown): void {
    if (!sending.launched) this.#fail(sending, reason);
    else if (this.#channel.waits) {
      sending.gone = true;
      sending.resolve(sending.bytes.length);
    }
  }

  #fail(sending: Sending, reason: unknown): void {
    if (sending.gone) return;
    sending.gone = true;
    sending.stop?.();
    sending.reject(reason);
    if (sending.launched) return;
    const index = this.#queue.indexOf(sending);
    this.#queue.splice(index, 1);
    unstage(sending.bytes);
    if (index === 0) this.#next();
  }
}

function closed({ to }: Sending): OSError {
  return osError({ code: "EBADF", syscall: "send", address: to });
}
