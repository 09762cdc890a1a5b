import type { Address } from "../../../socket/address.ts";
import type { Socket } from "../../../socket/socket.ts";
import type { DatagramParts, FromWorker, ToWorker } from "../wire/messages.ts";
import { serializeError } from "../wire/serialized_error.ts";

/** Sends a Worker's datagrams from the server's socket. */
export class DatagramRelay {
  readonly request: DatagramParts;
  readonly #socket: Socket;
  readonly #post: (message: ToWorker) => void;
  readonly #reach: (address: unknown) => Address;
  readonly #sending = new Set<Promise<void>>();
  #stopped = false;

  /**
   * Stands for a datagram's request; `post` answers the handler's sends, `reach` returns
   * an address that the handler may send to, and throws for any other.
   */
  constructor(
    [data, socket]: [data: Uint8Array, socket: Socket],
    post: (message: ToWorker) => void,
    reach: (address: unknown) => Address,
  ) {
    this.#socket = socket;
    this.#post = post;
    this.#reach = reach;
    const { family } = socket;
    const local = socket.getsockname();
    this.request = { type: "datagram", family, local, data };
  }

  start(): void {}

  receive(message: FromWorker): void {
    if (message.type !== "call" || message.task.name !== "sendto") return;
    const { id, task: { data, address } } = message;
    const answer = (message: ToWorker) => {
      if (!this.#stopped) this.#post(message);
    };
    const sending = Promise.try(() =>
      this.#socket.sendto(data, this.#reach(address))
    ).then(
      (value) => answer({ type: "answer", id, value }),
      (error) => answer({ type: "answer", id, error: serializeError(error) }),
    ).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  async finish(): Promise<void> {
    await Promise.all(this.#sending);
  }

  stop(): void {
    this.#stopped = true;
  }
}
