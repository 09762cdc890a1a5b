import type { Address, UnixAddress } from "../address.ts";
import type {
  Datagram,
  DatagramConn,
  DatagramTransport,
  Target,
} from "../endpoint/datagram_transport.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";
import { unixFlags } from "../permissions.ts";
import { DRIVER, translate } from "./errors.ts";
import { autobind, pathOf } from "./unix.ts";

/** Unix datagrams, by `Deno.listenDatagram`, for which the program needs `--unstable-net`. */
export class UnixDatagram implements DatagramTransport {
  readonly driver = DRIVER;
  readonly any = "";
  readonly noPeer = "ENOTCONN";

  open(address: UnixAddress): DatagramConn {
    const open = (path: string) =>
      Deno.listenDatagram({ transport: "unixpacket", path });
    const path = pathOf("bind", address);
    // Deno has none without a name.
    return new UnixDatagramConn(path === "" ? autobind(open) : open(path));
  }

  autobindAddress(): Address {
    return "";
  }

  target(syscall: string, address: UnixAddress): Target {
    const path = pathOf(syscall, address);
    if (path === "") throw osError({ code: "EINVAL", syscall, address });
    return { address: path, host: path };
  }

  check(): void {}

  explain(
    error: unknown,
    fields: OSErrorFields,
    ends?: readonly UnixAddress[],
  ): OSError {
    const paths = ends?.map((end) => pathOf("send", end));
    return translate(error, fields, paths && unixFlags(...paths));
  }

  same(one: Address, other: Address): boolean {
    return one === other;
  }

  sourceAddress(local: Address): Address {
    return local;
  }
}

// Linux sends no longer ones unless it is told to (net.core.wmem_default).
const LONGEST = 212992;

/** The receive that is under way. */
interface Receiving {
  readonly onDatagram: (datagram: Datagram) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * A Unix socket for datagrams. Deno's can either receive or send at a time,
 * and neither can be taken back (Deno 2.9). So where a send comes upon a
 * receive that waits, a second socket sends to the first: that ends the
 * receive, the datagram is thrown away, the send goes out of the right socket,
 * and the receive begins anew. In the same way a receive that no call waits
 * for any more is ended, which would otherwise keep the process alive.
 *
 * The other way round a receive waits for a send that waits for room.
 */
export class UnixDatagramConn implements DatagramConn {
  readonly local: Address;
  readonly resource: Deno.DatagramConn;
  readonly sendsMayWait = true;
  readonly #conn: Deno.DatagramConn;
  #helper: Deno.DatagramConn | undefined;
  /** Settles when the last wake has gone out. */
  #waking: Promise<void> = Promise.resolve();
  #receiving: Receiving | undefined;
  /** Whether Deno is receiving. */
  #isRunning = false;
  #isSending = false;
  #isReferenced = true;
  #isClosed = false;
  /** Sends that wait until Deno no longer receives. */
  #stopped: (() => void) | undefined;

  /** Takes an open socket over. */
  constructor(conn: Deno.DatagramConn) {
    this.#conn = this.resource = conn;
    this.local = (conn.addr as Deno.UnixAddr).path;
  }

  receive(
    onDatagram: (datagram: Datagram) => void,
    onError: (error: unknown) => void,
  ): void {
    this.#receiving = { onDatagram, onError };
    this.#run();
  }

  async send(data: Uint8Array, { host }: Target): Promise<unknown> {
    this.#isSending = true;
    try {
      if (this.#isRunning) await this.#stop();
      return await this.#conn.send(data, {
        transport: "unixpacket",
        path: host,
      });
    } finally {
      this.#isSending = false;
      this.#run();
    }
  }

  ref(): void {
    this.#isReferenced = true;
    this.#run();
  }

  unref(): void {
    this.#isReferenced = false;
    if (this.#isRunning) this.#wake().catch(() => {});
  }

  close(): void {
    this.#isClosed = true;
    this.#conn.close();
    this.#helper?.close();
    if (!this.#isRunning) this.#end(new Deno.errors.Interrupted("closed"));
  }

  /** Lets Deno receive, if that is wanted now and possible. */
  #run(): void {
    if (
      this.#receiving === undefined || this.#isRunning || this.#isSending ||
      !this.#isReferenced || this.#isClosed
    ) return;
    this.#isRunning = true;
    this.#conn.receive(new Uint8Array(LONGEST)).then(
      ([data, from]) => this.#onData(data, (from as Deno.UnixAddr).path),
      (error) => {
        this.#isRunning = false;
        this.#end(error);
      },
    ).finally(() => this.#stopped?.());
  }

  #onData(data: Uint8Array, path: string | null): void {
    this.#isRunning = false;
    const ours = this.#helper?.addr as Deno.UnixAddr | undefined;
    if (path !== null && path === ours?.path) {
      // Only a send or a pause was waited for, or it is closed meanwhile.
      if (this.#isClosed) this.#end(new Deno.errors.Interrupted("closed"));
      else queueMicrotask(() => this.#run());
      return;
    }
    const receiving = this.#receiving!;
    this.#receiving = undefined;
    receiving.onDatagram({ data, address: path });
  }

  #end(error: unknown): void {
    const receiving = this.#receiving;
    this.#receiving = undefined;
    receiving?.onError(error);
  }

  /** Ends the receive under way; it is begun again by `#run`. */
  #stop(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stopped = resolve;
      this.#wake().catch((cause) => {
        if (!this.#isRunning) return;
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
      if (!this.#isRunning || this.#isClosed) return;
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
