import type { RemoteInfo, Socket as NodeSocket } from "node:dgram";
import type { Inet6Address, InetAddress } from "../../address.ts";
import { AF_INET6 } from "../../constants/mod.ts";
import type {
  Datagram,
  DatagramConn,
  DatagramSettings,
  Membership,
  Target,
} from "../../endpoint/datagram_transport.ts";
import { ProcessHold } from "../../endpoint/process_hold.ts";
import { inet6Address } from "../deno_address.ts";
import { requestNet } from "../../permissions.ts";

/** Where to bind, in numbers. */
export interface NodeBinding {
  readonly hostname: string;
  readonly port: number;
  readonly family: number;
}

/** The receive in progress. */
interface PendingReceive {
  onDatagram(datagram: Datagram): void;
  onError(error: unknown): void;
}

// The most bytes that wait here, as in Linux's receive buffer; further
// datagrams are dropped.
const ROOM = 212992;
// Roughly what the kernel counts for each datagram besides its bytes.
const OVERHEAD = 512;

const REFUSED = "refused by the system, and node:dgram does not tell why";

/**
 * UDP by `node:dgram`, for programs without `Deno.listenDatagram`, and for
 * options that it lacks.
 *
 * It works around three defects of Deno 2.9. A refused permission ends the
 * process, so it requests the permission first. An open socket keeps the
 * process alive until it is unreferenced permanently before binding, so a timer
 * keeps it alive instead. Binding is asynchronous, and a synchronous look-up
 * makes it synchronous.
 */
export class NodeDatagramConn implements DatagramConn {
  readonly local: InetAddress | Inet6Address;
  readonly resource = undefined;
  readonly sendsMayWait = false;
  readonly joinsSources = true;
  readonly #socket: NodeSocket;
  readonly #isV6: boolean;
  #kept: Datagram[] = [];
  #keptSize = 0;
  #pending: PendingReceive | undefined;
  #error: unknown;
  #isReferenced = true;
  readonly #hold = new ProcessHold();

  /** Opens a socket and binds it. */
  constructor(
    { hostname, port, family }: NodeBinding,
    settings: DatagramSettings,
  ) {
    requestNet(hostname, port);
    // Imported on first use, because `node:` modules cost start-up time.
    const dgram = globalThis.process.getBuiltinModule("node:dgram");
    this.#isV6 = family === AF_INET6;
    const socket = this.#socket = dgram.createSocket({
      type: this.#isV6 ? "udp6" : "udp4",
      reuseAddr: settings.reuseAddress,
      ipv6Only: settings.v6only,
      lookup: (host, _options, found) => found(null, host, this.#isV6 ? 6 : 4),
    });
    socket.unref();
    socket.on("error", (error) => this.#onError(error));
    socket.on("message", (data, from) => this.#onMessage(data, from));
    socket.bind(port, hostname);
    try {
      if (this.#error !== undefined) throw this.#error;
      const { address, port } = socket.address();
      this.local = this.#address(address, port);
      this.#apply(settings);
    } catch (error) {
      // Node has already closed a socket that it could not bind.
      if (this.#error === undefined) socket.close();
      throw error;
    }
  }

  receive(
    onDatagram: (datagram: Datagram) => void,
    onError: (error: unknown) => void,
  ): void {
    // Deliver a waiting datagram in a later turn, as other implementations do.
    if (this.#kept.length > 0) {
      const datagram = this.#kept.shift()!;
      this.#keptSize -= datagram.data.length + OVERHEAD;
      queueMicrotask(() => onDatagram(datagram));
    } else if (this.#error !== undefined) {
      queueMicrotask(() => onError(this.#error));
    } else {
      this.#pending = { onDatagram, onError };
      if (this.#isReferenced) this.#hold.hold();
    }
  }

  send(data: Uint8Array, { address, host }: Target): Promise<unknown> {
    const port = address[1] as number;
    return new Promise((resolve, reject) => {
      requestNet(host, port);
      // Nothing else would keep the process alive.
      const hold = new ProcessHold();
      hold.hold();
      const sent = (error: Error | null) => {
        hold.release();
        if (error) reject(plain(error));
        else resolve(undefined);
      };
      try {
        this.#socket.send(data, port, host, sent);
      } catch (error) {
        sent(error as Error);
      }
    });
  }

  ref(): void {
    this.#isReferenced = true;
    if (this.#pending !== undefined) this.#hold.hold();
  }

  unref(): void {
    this.#isReferenced = false;
    this.#hold.release();
  }

  close(): Promise<void> {
    this.#onError(new Deno.errors.Interrupted("operation canceled"));
    // Node releases the port one turn later, when its own receive ends.
    return new Promise((resolve) =>
      this.#socket.close(() => setImmediate(resolve))
    );
  }

  set<K extends keyof DatagramSettings>(
    name: K,
    value: DatagramSettings[K],
  ): boolean {
    const socket = this.#socket;
    if (name === "broadcast") socket.setBroadcast(value as boolean);
    else if (name === "multicastLoop") {
      socket.setMulticastLoopback(value as boolean);
    } else if (name === "ttl") socket.setTTL(value as number);
    else if (name === "multicastTtl") socket.setMulticastTTL(value as number);
    else if (name === "multicastInterface") {
      socket.setMulticastInterface(this.#interface(value as string | number));
    } else return false;
    return true;
  }

  join({ group, interface: by, source }: Membership): void {
    const on = this.#interface(by);
    if (source === undefined) this.#socket.addMembership(group, on);
    else this.#socket.addSourceSpecificMembership(source, group, on);
  }

  leave({ group, interface: by, source }: Membership): void {
    const on = this.#interface(by);
    if (source === undefined) this.#socket.dropMembership(group, on);
    else this.#socket.dropSourceSpecificMembership(source, group, on);
  }

  #apply(settings: DatagramSettings): void {
    const names = [
      "broadcast",
      "multicastLoop",
      "ttl",
      "multicastTtl",
      "multicastInterface",
    ] as const;
    for (const name of names) {
      const value = settings[name];
      if (value !== undefined) this.set(name, value);
    }
    for (const membership of settings.memberships) this.join(membership);
  }

  #interface(by: string | number): string {
    return typeof by === "string" ? by : by === 0 ? "::" : `::%${by}`;
  }

  #onMessage(buffer: Uint8Array, { address, port }: RemoteInfo): void {
    // Convert node's Buffer to a Uint8Array: slices of a Buffer are views.
    const data = new Uint8Array(
      buffer.buffer,
      buffer.byteOffset,
      buffer.length,
    );
    const datagram = { data, address: this.#address(address, port) };
    const pending = this.#pending;
    if (pending !== undefined) {
      this.#pending = undefined;
      this.#hold.release();
      pending.onDatagram(datagram);
      return;
    }
    const size = data.length + OVERHEAD;
    if (this.#keptSize + size > ROOM) return;
    this.#keptSize += size;
    this.#kept.push({ ...datagram, data: data.slice() });
  }

  #onError(error: unknown): void {
    this.#error = error;
    this.#hold.release();
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.onError(error);
  }

  #address(text: string, port: number): InetAddress | Inet6Address {
    return this.#isV6 ? inet6Address(text, port) : [text, port];
  }
}

/**
 * Returns an error that `translate` understands: Deno's `node:dgram` reports
 * most errors of a send as UNKNOWN, without the system's reason (Deno 2.9).
 */
function plain(error: Error & { code?: unknown }): Error {
  if (error.code !== "UNKNOWN") return error;
  return Object.assign(error, { message: REFUSED });
}
