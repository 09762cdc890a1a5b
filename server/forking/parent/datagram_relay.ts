import type { Socket } from "../../../socket/socket.ts";
import type { DatagramParts, Down, Up } from "../wire/messages.ts";
import { packError } from "../wire/serialized_error.ts";
import type { Relay } from "./relay.ts";

/** Sends the datagrams of a Worker out of the server's socket. */
export class DatagramRelay implements Relay {
  readonly request: DatagramParts;
  readonly #socket: Socket;
  readonly #post: (message: Down) => void;
  readonly #sending = new Set<Promise<void>>();
  #stopped = false;

  /** Has a datagram handled, whose sends are answered by `post`. */
  constructor(
    [data, socket]: [data: Uint8Array, socket: Socket],
    post: (message: Down) => void,
  ) {
    this.#socket = socket;
    this.#post = post;
    const { family } = socket;
    const local = socket.getsockname();
    this.request = { type: "datagram", family, local, data };
  }

  start(): void {}

  receive(message: Up): void {
    if (message.type !== "call" || message.task.name !== "sendto") return;
    const { id, task: { data, address } } = message;
    const answer = (down: Down) => {
      if (!this.#stopped) this.#post(down);
    };
    const sending = this.#socket.sendto(data, address as never).then(
      (value) => answer({ type: "answer", id, value }),
      (error) => answer({ type: "answer", id, error: packError(error) }),
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
