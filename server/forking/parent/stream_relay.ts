import {
  IPPROTO_TCP,
  SHUT_WR,
  SO_KEEPALIVE,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../../../socket/constants/mod.ts";
import type { Socket } from "../../../socket/socket.ts";
import { Acknowledgements, CHUNK, Credit } from "../wire/flow_control.ts";
import type { FromWorker, StreamParts, ToWorker } from "../wire/messages.ts";
import { serializeError } from "../wire/serialized_error.ts";

/** Carries bytes between a connection and its Worker, no faster than the slower side takes them. */
export class StreamRelay {
  readonly request: StreamParts;
  readonly #connection: Socket;
  readonly #post: (message: ToWorker, transfer?: Transferable[]) => void;
  readonly #credit = new Credit();
  readonly #acknowledgements: Acknowledgements;
  readonly #stopping = new AbortController();
  #sending: Promise<void> = Promise.resolve();
  #unwritable = false;

  /** Carries what a connection receives to the Worker by `post`. */
  constructor(
    connection: Socket,
    post: (message: ToWorker, transfer?: Transferable[]) => void,
  ) {
    this.#connection = connection;
    this.#post = post;
    this.#acknowledgements = new Acknowledgements((count) =>
      post({ type: "taken", count })
    );
    this.request = {
      type: "stream",
      family: connection.family,
      local: connection.getsockname(),
      peer: connection.getpeername(),
      timeout: connection.gettimeout(),
    };
    // The timeout is for the handler's calls.
    connection.settimeout(null);
  }

  async start(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      while (true) {
        const most = Math.min(await this.#credit.available(), CHUNK);
        if (most === 0) return;
        const bytes = await this.#connection.recv(most, 0, { signal });
        if (bytes.length === 0) return this.#post({ type: "end" });
        this.#credit.spend(bytes.length);
        this.#post({ type: "data", bytes }, [bytes.buffer as ArrayBuffer]);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#post({ type: "unreadable", error: serializeError(error) });
    }
  }

  receive(message: FromWorker): void {
    const connection = this.#connection;
    switch (message.type) {
      case "data":
        if (!this.#acknowledgements.receive(message.bytes.length)) {
          throw new RangeError(
            "Cannot take what a Worker sends: it is more than it may send before the client takes some",
          );
        }
        return this.#then(() => this.#send(message.bytes));
      case "end":
        return this.#then(() => connection.shutdown(SHUT_WR));
      case "close":
        return this.#then(() => connection.close());
      case "noDelay":
        return this.#set(IPPROTO_TCP, TCP_NODELAY, message.on);
      case "keepAlive":
        return this.#set(SOL_SOCKET, SO_KEEPALIVE, message.on);
      case "taken":
        this.#credit.earn(message.count);
    }
  }

  finish(): Promise<void> {
    return this.#sending;
  }

  stop(): void {
    this.#credit.close();
    this.#stopping.abort();
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (this.#unwritable) return;
    const { signal } = this.#stopping;
    await this.#connection.sendall(bytes, 0, { signal });
    this.#acknowledgements.add(bytes.length);
  }

  /** Runs a step when all those before it are done. */
  #then(step: () => Promise<void> | void): void {
    this.#sending = this.#sending.then(step).catch((error) => {
      if (this.#unwritable || this.#stopping.signal.aborted) return;
      this.#unwritable = true;
      this.#post({ type: "unwritable", error: serializeError(error) });
    });
  }

  #set(level: number, name: number, on: boolean): void {
    this.#then(() => this.#connection.setsockopt(level, name, on ? 1 : 0));
  }
}
