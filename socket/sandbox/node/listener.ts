import type { Server, Socket as NetSocket } from "node:net";
import type { Address } from "../../address.ts";
import type { Connection, Listener } from "../../endpoint/stream_transport.ts";
import { addressOf } from "../deno_address.ts";
import { nodeConnection } from "./connect.ts";

// How many connections may wait to be accepted: Linux's longest queue
// (net.core.somaxconn), because the descriptor does not reveal its own length.
const BACKLOG = 4096;

/**
 * Adapts a listening `node:net` server to the interface of `Deno.Listener`: it
 * returns connections on request. Node accepts connections as they arrive, so
 * they wait here instead of in the kernel's queue; when the queue is full, it
 * closes new ones.
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

  /** Takes over a listening server. */
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

  /** Returns the next connection, or waits for it. */
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

  /** Stops listening; closes the connections in the queue, as the kernel does. */
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
    // A connection that was reset in the queue no longer has a peer address.
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
