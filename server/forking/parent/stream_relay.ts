import {
  IPPROTO_TCP,
  SHUT_WR,
  SO_KEEPALIVE,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../../../socket/constants/mod.ts";
import type { Socket } from "../../../socket/socket.ts";
import { Credit, PIECE, Takings } from "../wire/flow_control.ts";
import type { Down, StreamRequest, Up } from "../wire/messages.ts";
import { packError } from "../wire/serialized_error.ts";
import type { Relay } from "./relay.ts";

/** Carries bytes between a connection and the Worker that handles it, and no more at a time than the slower side takes. */
export class StreamRelay implements Relay {
  readonly request: StreamRequest;
  readonly #connection: Socket;
  readonly #post: (message: Down, transfer?: Transferable[]) => void;
  readonly #credit = new Credit();
  readonly #takings: Takings;
  readonly #stopping = new AbortController();
  #sending: Promise<void> = Promise.resolve();
  #unwritable = false;

  /** Carries what comes from a connection by `post`. */
  constructor(
    connection: Socket,
    post: (message: Down, transfer?: Transferable[]) => void,
  ) {
    this.#connection = connection;
    this.#post = post;
    this.#takings = new Takings((count) => post({ type: "taken", count }));
    this.request = {
      type: "stream",
      family: connection.family,
      local: connection.getsockname(),
      peer: connection.getpeername(),
      timeout: connection.gettimeout(),
    };
    // It is the handler's calls that time out.
    connection.settimeout(null);
  }

  /** Begins to receive. */
  async start(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      while (true) {
        const most = Math.min(await this.#credit.some(), PIECE);
        if (most === 0) return;
        const bytes = await this.#connection.recv(most, 0, { signal });
        if (bytes.length === 0) return this.#post({ type: "end" });
        this.#credit.spend(bytes.length);
        this.#post({ type: "data", bytes }, [bytes.buffer as ArrayBuffer]);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#post({ type: "unreadable", error: packError(error) });
    }
  }

  receive(message: Up): void {
    const connection = this.#connection;
    switch (message.type) {
      case "data":
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
    this.#takings.add(bytes.length);
  }

  /** Does something when all that came before it is done. */
  #then(step: () => Promise<void> | void): void {
    this.#sending = this.#sending.then(step).catch((error) => {
      if (this.#unwritable || this.#stopping.signal.aborted) return;
      this.#unwritable = true;
      this.#post({ type: "unwritable", error: packError(error) });
    });
  }

  #set(level: number, name: number, on: boolean): void {
    this.#then(() => this.#connection.setsockopt(level, name, on ? 1 : 0));
  }
}
