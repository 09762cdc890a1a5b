import type { Server, Socket as NetSocket } from "node:net";
import type { Listener } from "../../endpoint/acceptor.ts";
import type { Conn } from "../../endpoint/stream_transport.ts";
import { NodeConn } from "../../endpoint/node_stream.ts";

// How many connections may wait to be accepted: the longest queue of Linux's
// own (net.core.somaxconn), since nobody can ask the descriptor for its.
const BACKLOG = 4096;

/**
 * Gives a `node:net` server that listens the shape of `Deno.Listener`: it hands
 * connections out when asked. Node takes them as they come, so they wait here
 * in place of the kernel's queue; who finds it full is turned away.
 */
export class NodeListener implements Listener {
  readonly addr: Deno.Addr;
  readonly #server: Server;
  readonly #isUnix: boolean;
  #waiting: NodeConn[] = [];
  #error: unknown;
  #held = true;
  #wake: (() => void) | undefined;

  /** Takes a listening server over. */
  constructor(server: Server) {
    this.#server = server;
    const addr = server.address();
    this.#isUnix = addr === null || typeof addr === "string";
    this.addr = addr === null || typeof addr === "string"
      ? { transport: "unix", path: addr ?? "" }
      : { transport: "tcp", hostname: addr.address, port: addr.port };
    server.on("connection", (socket: NetSocket) => this.#came(socket));
    server.on("error", (error: unknown) => {
      this.#error = error;
      this.#wake?.();
    });
    server.unref();
  }

  /** Takes the next connection, or waits for it. */
  async accept(): Promise<Conn> {
    if (this.#held) this.#server.ref();
    try {
      while (true) {
        const conn = this.#waiting.shift();
        if (conn !== undefined) return conn;
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

  /** Stops listening; who waits in the queue is turned away, as by the kernel. */
  close(): void {
    this.#error = new Deno.errors.BadResource("the listener is closed");
    this.#server.close();
    for (const conn of this.#waiting) conn.close();
    this.#waiting = [];
    this.#wake?.();
  }

  /** Lets a pending accept keep the process alive. */
  ref(): void {
    this.#held = true;
    this.#server.ref();
  }

  /** Lets the process end in spite of a pending accept. */
  unref(): void {
    this.#held = false;
    this.#server.unref();
  }

  #came(socket: NetSocket): void {
    // A connection that was reset while it waited has no peer any more.
    const isGone = !this.#isUnix && socket.remoteAddress === undefined;
    if (isGone || this.#waiting.length >= BACKLOG) {
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    this.#waiting.push(new NodeConn(socket, this.#isUnix));
    this.#wake?.();
  }
}
