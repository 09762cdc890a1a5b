import type { Socket as NetSocket } from "node:net";
import { osError } from "../errors.ts";
import type { Conn } from "./stream_transport.ts";

/** Adapts a `node:net` socket to the interface of `Deno.Conn`: reads return bytes on request. */
export class NodeStream implements Conn {
  readonly #socket: NetSocket;
  #error: unknown;
  #eof = false;
  #isReferenced = true;
  #isReading = false;
  #writes = 0;
  #wake: (() => void) | undefined;

  /** Takes over a connected socket. */
  constructor(socket: NetSocket) {
    this.#socket = socket;
    const wake = () => this.#wake?.();
    socket.on("readable", wake);
    socket.on("end", () => {
      this.#eof = true;
      wake();
    });
    socket.on("error", (error: unknown) => {
      this.#error = error;
      wake();
    });
    socket.on("close", () => {
      this.#eof = true;
      wake();
    });
    socket.unref();
  }

  /** Reads what has arrived, or waits for it. */
  async read(buffer: Uint8Array): Promise<number | null> {
    this.#isReading = true;
    this.#keep();
    try {
      while (true) {
        const size = Math.min(buffer.length, this.#socket.readableLength);
        const chunk: Uint8Array | null = size > 0
          ? this.#socket.read(size)
          : this.#socket.read(0);
        if (chunk !== null) {
          buffer.set(chunk);
          return chunk.length;
        }
        if (this.#error !== undefined) {
          const error = this.#error;
          this.#error = undefined;
          this.#eof = true;
          throw error;
        }
        if (this.#eof) return null;
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      this.#isReading = false;
      this.#keep();
    }
  }

  /** Writes all of the bytes. */
  write(data: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#writes++;
      this.#keep();
      this.#socket.write(data, (error?: Error | null) => {
        this.#writes--;
        this.#keep();
        if (error) reject(plainError(error));
        else resolve(data.length);
      });
    });
  }

  /** Ends the writing half. */
  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(() => resolve()));
  }

  /** Closes both halves. */
  close(): void {
    this.#error = osError({ code: "EBADF", syscall: "recv" });
    this.#socket.destroy();
    this.#wake?.();
  }

  /** Lets a pending read keep the process alive. */
  ref(): void {
    this.#isReferenced = true;
    this.#keep();
  }

  /** Lets the process end in spite of a pending read. */
  unref(): void {
    this.#isReferenced = false;
    this.#keep();
  }

  /** Turns Nagle's algorithm off. */
  setNoDelay(on: boolean): void {
    this.#socket.setNoDelay(on);
  }

  /** Turns keep-alive probes on. */
  setKeepAlive(on: boolean): void {
    this.#socket.setKeepAlive(on);
  }

  /** Sets after how many quiet seconds probes are sent, if they are. */
  setKeepIdle(seconds: number, keepAlive: boolean): void {
    // Node sets both together.
    this.#socket.setKeepAlive(true, seconds * 1000);
    if (!keepAlive) this.#socket.setKeepAlive(false);
  }

  /** Keeps the process alive while a read waits or a write is in progress. */
  #keep(): void {
    if (this.#writes > 0 || (this.#isReading && this.#isReferenced)) {
      this.#socket.ref();
    } else this.#socket.unref();
  }
}

/** Maps node's errors for a destroyed or ended stream to EPIPE. */
function plainError(error: Error & { code?: unknown }): unknown {
  return error.code === "ERR_STREAM_DESTROYED" ||
      error.code === "ERR_STREAM_WRITE_AFTER_END"
    ? Object.assign(error, { code: "EPIPE" })
    : error;
}
