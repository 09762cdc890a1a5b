import type { Address } from "../address.ts";
import { osError } from "../errors.ts";
import type {
  Channel,
  Datagram,
  Target,
} from "../endpoint/datagram_transport.ts";

// Linux sends no longer ones unless it is told to (net.core.wmem_default).
const LONGEST = 212992;

/** The receive that is under way. */
interface Receiving {
  readonly came: (datagram: Datagram) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * A Unix socket for datagrams. Deno's can either receive or send at a time,
 * and neither can be taken back (Deno 2.9). So where a send comes upon a
 * receive that waits, a second socket sends to the first: that ends the
 * receive, the datagram is thrown away, the send goes out of the right socket,
 * and the receive begins anew. In the same way a receive for which nobody
 * waits any more is ended, which would otherwise keep the process alive.
 *
 * The other way round a receive waits for a send that waits for room.
 */
export class UnixgramChannel implements Channel {
  readonly local: Address;
  readonly resource: Deno.DatagramConn;
  readonly waits = true;
  readonly #conn: Deno.DatagramConn;
  #helper: Deno.DatagramConn | undefined;
  /** Settles when the last wake has gone out. */
  #waking: Promise<void> = Promise.resolve();
  #receiving: Receiving | undefined;
  /** Whether Deno is receiving. */
  #running = false;
  #sending = false;
  #held = true;
  #closed = false;
  /** Sends that wait until Deno no longer receives. */
  #stopped: (() => void) | undefined;

  /** Takes an open socket over. */
  constructor(conn: Deno.DatagramConn) {
    this.#conn = this.resource = conn;
    this.local = (conn.addr as Deno.UnixAddr).path;
  }

  receive(
    came: (datagram: Datagram) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#receiving = { came, failed };
    this.#run();
  }

  async send(data: Uint8Array, { host }: Target): Promise<unknown> {
    this.#sending = true;
    try {
      if (this.#running) await this.#stop();
      return await this.#conn.send(data, {
        transport: "unixpacket",
        path: host,
      });
    } finally {
      this.#sending = false;
      this.#run();
    }
  }

  hold(held: boolean): void {
    this.#held = held;
    if (held) this.#run();
    else if (this.#running) this.#wake().catch(() => {});
  }

  close(): void {
    this.#closed = true;
    this.#conn.close();
    this.#helper?.close();
    if (!this.#running) this.#end(new Deno.errors.Interrupted("closed"));
  }

  /** Lets Deno receive, if that is wanted now and possible. */
  #run(): void {
    if (
      this.#receiving === undefined || this.#running || this.#sending ||
      !this.#held || this.#closed
    ) return;
    this.#running = true;
    this.#conn.receive(new Uint8Array(LONGEST)).then(
      ([data, from]) => this.#came(data, (from as Deno.UnixAddr).path),
      (error) => {
        this.#running = false;
        this.#end(error);
      },
    ).finally(() => this.#stopped?.());
  }

  #came(data: Uint8Array, path: string | null): void {
    this.#running = false;
    const ours = this.#helper?.addr as Deno.UnixAddr | undefined;
    if (path !== null && path === ours?.path) {
      // Only a send or a pause was waited for.
      queueMicrotask(() => this.#run());
      return;
    }
    const receiving = this.#receiving!;
    this.#receiving = undefined;
    receiving.came({ data, address: path });
  }

  #end(error: unknown): void {
    const receiving = this.#receiving;
    this.#receiving = undefined;
    receiving?.failed(error);
  }

  /** Ends the receive under way; it is begun again by `#run`. */
  #stop(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stopped = resolve;
      this.#wake().catch((cause) => {
        if (!this.#running) return;
        reject(osError({
          code: "EBUSY",
          syscall: "send",
          subject: "while a receive waits",
          hint: "Deno needs a second socket for that, with --allow-net",
          cause,
        }));
      });
    });
  }

  /** Ends a receive by a datagram that is for nobody. */
  #wake(): Promise<void> {
    // One may have to wait for room, and a second send would be refused meanwhile.
    const waking = this.#waking.then(async () => {
      if (!this.#running) return;
      this.#helper ??= Deno.listenDatagram({
        transport: "unixpacket",
        path: `\0${crypto.randomUUID()}`,
      });
      await this.#helper.send(new Uint8Array(0), this.#conn.addr);
    });
    this.#waking = waking.catch(() => {});
    return waking;
  }
}
