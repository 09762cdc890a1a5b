import type { Socket as NetSocket } from "node:net";
import type { Conn } from "./stream_transport.ts";

/** What to connect to, and from where; as `net.connect` takes it. */
export interface NodeConnectOptions {
  /** Host name or number. */
  host: string;
  /** Port. */
  port: number;
  /** 4 or 6: which addresses of the host to try. */
  family: 4 | 6;
  /** The local address to connect from. */
  localAddress?: string;
  /** The local port to connect from. */
  localPort?: number;
}

/**
 * Connects by `node:net`, which can do two things that `Deno.connect` cannot:
 * connect from a given local address, and keep to one family.
 */
export function nodeConnect(
  options: NodeConnectOptions,
  signal: AbortSignal,
): Promise<Conn> {
  // Loaded at first use: `node:` modules cost start-up time.
  const net = globalThis.process.getBuiltinModule("node:net");
  return new Promise((resolve, reject) => {
    const socket: NetSocket = net.connect({ ...options, allowHalfOpen: true });
    const settle = () => {
      signal.removeEventListener("abort", abort);
      socket.off("error", fail);
      socket.off("connect", connected);
    };
    const fail = (error: unknown) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const abort = () => {
      socket.on("error", () => {});
      fail(signal.reason);
    };
    const connected = () => {
      settle();
      resolve(new NodeConn(socket));
    };
    socket.once("error", fail);
    socket.once("connect", connected);
    signal.addEventListener("abort", abort);
  });
}

/** Gives a `node:net` socket the shape of `Deno.Conn`: it hands bytes out when asked. */
export class NodeConn implements Conn {
  readonly localAddr: Deno.Addr;
  readonly remoteAddr: Deno.Addr;
  readonly #socket: NetSocket;
  #error: unknown;
  #over = false;
  #held = true;
  #reading = false;
  #writes = 0;
  #wake: (() => void) | undefined;

  /**
   * Takes a connected socket over.
   *
   * @param isUnix Whether it is a Unix socket, whose addresses node does not know.
   */
  constructor(socket: NetSocket, isUnix = false) {
    this.#socket = socket;
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    const nameless: Deno.Addr = { transport: "unix", path: "" };
    this.localAddr = isUnix ? nameless : address(localAddress, localPort);
    this.remoteAddr = isUnix ? nameless : address(remoteAddress, remotePort);
    const wake = () => this.#wake?.();
    socket.on("readable", wake);
    socket.on("end", () => {
      this.#over = true;
      wake();
    });
    socket.on("error", (error: unknown) => {
      this.#error = error;
      wake();
    });
    socket.on("close", () => {
      this.#over = true;
      wake();
    });
    socket.unref();
  }

  /** Reads what is there, or waits for it. */
  async read(buffer: Uint8Array): Promise<number | null> {
    this.#reading = true;
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
          this.#over = true;
          throw error;
        }
        if (this.#over) return null;
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      this.#reading = false;
      this.#keep();
    }
  }

  /** Writes all of it. */
  write(data: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#writes++;
      this.#keep();
      this.#socket.write(data, (error?: Error | null) => {
        this.#writes--;
        this.#keep();
        if (error) reject(brokenPipe(error));
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
    this.#error = new Deno.errors.Interrupted("operation canceled");
    this.#socket.destroy();
    this.#wake?.();
  }

  /** Lets a pending read keep the process alive. */
  ref(): void {
    this.#held = true;
    this.#keep();
  }

  /** Lets the process end in spite of a pending read. */
  unref(): void {
    this.#held = false;
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

  /** Lets the process live while bytes are waited for, or are under way. */
  #keep(): void {
    if (this.#writes > 0 || (this.#reading && this.#held)) this.#socket.ref();
    else this.#socket.unref();
  }
}

/** What node says of a stream that is gone is EPIPE to a socket. */
function brokenPipe(error: Error & { code?: unknown }): unknown {
  return error.code === "ERR_STREAM_DESTROYED" ||
      error.code === "ERR_STREAM_WRITE_AFTER_END"
    ? new Deno.errors.BrokenPipe(error.message)
    : error;
}

function address(
  hostname: string | undefined,
  port: number | undefined,
): Deno.NetAddr {
  return { transport: "tcp", hostname: hostname ?? "", port: port ?? 0 };
}
