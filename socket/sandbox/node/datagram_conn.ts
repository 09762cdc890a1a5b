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

/** The receive that is under way. */
interface PendingReceive {
  onDatagram(datagram: Datagram): void;
  onError(error: unknown): void;
}

// What waits here at most, as in a receive buffer of Linux's; then datagrams are lost.
const ROOM = 212992;
// What the kernel counts for each datagram besides its bytes, about.
const OVERHEAD = 512;

const REFUSED = "refused by the system, and node:dgram does not tell why";

/**
 * UDP by `node:dgram`, for where `Deno.listenDatagram` is not there, and for
 * options that it does not have.
 *
 * Three things are done by hand, for they are missing in Deno 2.9: a refused
 * permission ends the process there, so it is asked for first; an open socket
 * holds the process until it is unreferenced for good before it is bound, so a
 * timer holds it instead; and binding is made synchronous by a look-up that is.
 */
export class NodeDatagramConn implements DatagramConn {
  readonly local: InetAddress | Inet6Address;
  readonly resource = undefined;
  readonly sendsMayWait = false;
  readonly #socket: NodeSocket;
  readonly #isV6: boolean;
  #kept: Datagram[] = [];
  #keptSize = 0;
  #pending: PendingReceive | undefined;
  #error: unknown;
  #isReferenced = true;
  readonly #hold = new ProcessHold();

  /** Binds a socket. */
  constructor(
    { hostname, port, family }: NodeBinding,
    settings: DatagramSettings,
  ) {
    requestNet(hostname, port);
    // Loaded at first use: `node:` modules cost start-up time.
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
      // A socket that could not be bound is closed already.
      if (this.#error === undefined) socket.close();
      throw error;
    }
  }

  receive(
    onDatagram: (datagram: Datagram) => void,
    onError: (error: unknown) => void,
  ): void {
    // What is here already comes in a turn of its own, as from other channels.
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
    // Its own receive gives the port free a turn later.
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

  join({ group, interface: by }: Membership): void {
    this.#socket.addMembership(group, this.#interface(by));
  }

  leave({ group, interface: by }: Membership): void {
    this.#socket.dropMembership(group, this.#interface(by));
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
    // No longer node's Buffer, whose slices are views.
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
 * Gives what `translate` understands: Deno's `node:dgram` calls most errors of a
 * send UNKNOWN, and does not tell why the system refused it (Deno 2.9).
 */
function plain(error: Error & { code?: unknown }): Error {
  if (error.code !== "UNKNOWN") return error;
  return Object.assign(error, { message: REFUSED });
}
