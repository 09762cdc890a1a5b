import type { Server, Socket as NetSocket } from "node:net";
import type { Address } from "../../address.ts";
import type { Connection, Listener } from "../../endpoint/stream_transport.ts";
import { addressOf } from "../deno_address.ts";
import { nodeConnection } from "./connect.ts";

// How many connections may wait to be accepted: the longest queue of Linux
// (net.core.somaxconn), since the descriptor does not tell its own.
const BACKLOG = 4096;

/**
 * Gives a `node:net` server that listens the shape of `Deno.Listener`: it hands
 * connections out when asked. Node takes them as they come, so they wait here
 * in place of the kernel's queue; one that finds it full is turned away.
 */
export class NodeListener implements Listener {
  readonly local: Address;
  readonly resource = undefined;
  readonly #server: Server;
  readonly #isUnix: boolean;
  #waiting: Connection[] = [];
  #error: unknown;
  #isReferenced = true;
  #wake: (() => void) | undefined;

  /** Takes a listening server over. */
  constructor(server: Server) {
    this.#server = server;
    const addr = server.address();
    this.#isUnix = addr === null || typeof addr === "string";
    this.local = addr === null || typeof addr === "string"
      ? addr ?? ""
      : addressOf({
        transport: "tcp",
        hostname: addr.address,
        port: addr.port,
      });
    server.on("connection", (socket: NetSocket) => this.#onConnection(socket));
    server.on("error", (error: unknown) => {
      this.#error = error;
      this.#wake?.();
    });
    server.unref();
  }

  /** Takes the next connection, or waits for it. */
  async accept(): Promise<Connection> {
    if (this.#isReferenced) this.#server.ref();
    try {
      while (true) {
        const connection = this.#waiting.shift();
        if (connection !== undefined) return connection;
        if (this.#error !== undefined) {
          const error = this.#error;
          this.#error = undefined;
          throw error;
        }
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      this.#server.unref();
    }
  }

  /** Stops listening; what waits in the queue is turned away, as by the kernel. */
  close(): void {
    this.#error = new Deno.errors.BadResource("the listener is closed");
    this.#server.close();
    for (const { conn } of this.#waiting) conn.close();
    this.#waiting = [];
    this.#wake?.();
  }

  /** Lets a pending accept keep the process alive. */
  ref(): void {
    this.#isReferenced = true;
    this.#server.ref();
  }

  /** Lets the process end in spite of a pending accept. */
  unref(): void {
    this.#isReferenced = false;
    this.#server.unref();
  }

  #onConnection(socket: NetSocket): void {
    // A connection that was reset while it waited has no peer any more.
    const isGone = !this.#isUnix && socket.remoteAddress === undefined;
    if (isGone || this.#waiting.length >= BACKLOG) {
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    this.#waiting.push(nodeConnection(socket, this.#isUnix));
    this.#wake?.();
  }
}
