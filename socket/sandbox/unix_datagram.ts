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
  readonly receivesOnlyHeld = true;

  open(address: UnixAddress): DatagramConn {
    const open = (path: string) =>
      Deno.listenDatagram({ transport: "unixpacket", path });
    const path = pathOf("bind", address);
    // Deno cannot open an unnamed socket.
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

  /** Connects a stream, which a socket for datagrams refuses as the wrong type; only the kernel hears of it. */
  async probe({ host, address }: Target): Promise<void> {
    // An abstract name of a stream is another one than that of datagrams.
    if (host.startsWith("\0")) return;
    const fields = { syscall: "connect", address };
    try {
      const conn = await Deno.connect({ transport: "unix", path: host });
      conn.close();
    } catch (error) {
      const { code } = translate(error, fields);
      if (code === "EPROTOTYPE") return;
      // The queue of a stream's listener may be full.
      if (code !== "EAGAIN") throw error;
    }
    throw osError({ ...fields, code: "EPROTOTYPE" });
  }

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

// Linux's default limit for a datagram (net.core.wmem_default).
const LONGEST = 212992;

/** The receive in progress. */
interface Receiving {
  readonly onDatagram: (datagram: Datagram) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * A Unix datagram socket. A `Deno.DatagramConn` for it can either receive or
 * send at a time, and neither can be cancelled (Deno 2.9). So if a receive is
 * waiting when a send is due, a second socket sends an empty datagram to the
 * first one: that ends the receive, the empty datagram is dropped, the send
 * leaves from the first socket, and the receive starts again. The same ends a
 * receive that no call waits for any more, which would otherwise keep the
 * process alive.
 *
 * In reverse, a receive waits for a send that waits for space.
 */
export class UnixDatagramConn implements DatagramConn {
  readonly local: Address;
  readonly resource: Deno.DatagramConn;
  readonly sendsMayWait = true;
  readonly #conn: Deno.DatagramConn;
  #helper: Deno.DatagramConn | undefined;
  /** Settles when the last wake-up datagram has left. */
  #waking: Promise<void> = Promise.resolve();
  #receiving: Receiving | undefined;
  /** Whether Deno's receive is in progress. */
  #isRunning = false;
  #isSending = false;
  #isReferenced = true;
  #isClosed = false;
  /** Resumes a send that waits for Deno's receive to end. */
  #stopped: (() => void) | undefined;

  /** Takes over an open socket. */
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

  /** Starts Deno's receive, if a call wants it and nothing prevents it. */
  #run(): void {
    if (
      this.#receiving === undefined || this.#isRunning || this.#isSending ||
      !this.#isReferenced || this.#isClosed
    ) return;
    this.#isRunning = true;
    this.#conn.receive(new Uint8Array(LONGEST)).then(
      ([data, from]) => {
        this.#onStop();
        this.#onData(data, (from as Deno.UnixAddr).path);
      },
      (error) => {
        this.#onStop();
        this.#end(error);
      },
    );
  }

  /** Handles the end of Deno's receive; before anything that may start the next one. */
  #onStop(): void {
    this.#isRunning = false;
    this.#stopped?.();
    this.#stopped = undefined;
  }

  #onData(data: Uint8Array, path: string | null): void {
    const ours = this.#helper?.addr as Deno.UnixAddr | undefined;
    if (path !== null && path === ours?.path) {
      // This was a wake-up datagram, for a send or a pause, or before closing.
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

  /** Ends the receive in progress; `#run` starts it again. */
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

  /** Ends a receive by sending it an empty datagram. */
  #wake(): Promise<void> {
    // A wake-up may have to wait for space, and Deno refuses a second send
    // meanwhile.
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
