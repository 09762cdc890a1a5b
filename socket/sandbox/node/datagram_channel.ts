import type { RemoteInfo, Socket as NodeSocket } from "node:dgram";
import type { Inet6Address, InetAddress } from "../../address.ts";
import { AF_INET6 } from "../../constants/mod.ts";
import type {
  Channel,
  Datagram,
  DatagramSettings,
  Membership,
  Target,
} from "../../endpoint/datagram_transport.ts";
import { requestNet } from "../../permissions.ts";

/** Where to bind, in numbers. */
export interface NodeBinding {
  readonly hostname: string;
  readonly port: number;
  readonly family: number;
}

/** The receive that is under way. */
interface Waiting {
  came(datagram: Datagram): void;
  failed(error: unknown): void;
}

// What waits here at most, as in a receive buffer of Linux's; then datagrams are lost.
const ROOM = 212992;
// What the kernel counts for each datagram besides its bytes, about.
const OVERHEAD = 512;

const REFUSED = "refused by the system, and node:dgram does not tell why";

// Longer than a process waits; see `hold`.
const LONG = 2 ** 31 - 1;

/**
 * UDP by `node:dgram`, for where `Deno.listenDatagram` is not there, and for
 * options that it does not have.
 *
 * Three things are done by hand, for they are missing in Deno 2.9: a refused
 * permission ends the process there, so it is asked for first; an open socket
 * holds the process until it is unreferenced for good before it is bound, so a
 * timer holds it instead; and binding is made synchronous by a look-up that is.
 */
export class NodeChannel implements Channel {
  readonly local: InetAddress | Inet6Address;
  readonly resource = undefined;
  readonly waits = false;
  readonly #socket: NodeSocket;
  readonly #v6: boolean;
  #came: Datagram[] = [];
  #size = 0;
  #waiting: Waiting | undefined;
  #error: unknown;
  #held = true;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Binds a socket. */
  constructor(
    { hostname, port, family }: NodeBinding,
    settings: DatagramSettings,
  ) {
    requestNet(hostname, port);
    // Loaded at first use: `node:` modules cost start-up time.
    const dgram = globalThis.process.getBuiltinModule("node:dgram");
    this.#v6 = family === AF_INET6;
    const socket = this.#socket = dgram.createSocket({
      type: this.#v6 ? "udp6" : "udp4",
      reuseAddr: settings.reuseAddress,
      ipv6Only: settings.v6only,
      lookup: (host, _options, found) => found(null, host, this.#v6 ? 6 : 4),
    });
    socket.unref();
    socket.on("error", (error) => this.#failed(error));
    socket.on("message", (data, from) => this.#arrived(data, from));
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
    came: (datagram: Datagram) => void,
    failed: (error: unknown) => void,
  ): void {
    // What is here already comes in a turn of its own, as from other channels.
    if (this.#came.length > 0) {
      const datagram = this.#came.shift()!;
      this.#size -= datagram.data.length + OVERHEAD;
      queueMicrotask(() => came(datagram));
    } else if (this.#error !== undefined) {
      queueMicrotask(() => failed(this.#error));
    } else {
      this.#waiting = { came, failed };
      if (this.#held) this.#holdByTimer();
    }
  }

  send(data: Uint8Array, { address, host }: Target): Promise<unknown> {
    const port = address[1] as number;
    return new Promise((resolve, reject) => {
      requestNet(host, port);
      // It would be held by nothing.
      const timer = setInterval(() => {}, LONG);
      const sent = (error: Error | null) => {
        clearInterval(timer);
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

  hold(held: boolean): void {
    this.#held = held;
    clearInterval(this.#timer);
    if (held && this.#waiting !== undefined) this.#holdByTimer();
  }

  close(): Promise<void> {
    this.#failed(new Deno.errors.Interrupted("operation canceled"));
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

  #arrived(buffer: Uint8Array, { address, port }: RemoteInfo): void {
    // No longer node's Buffer, whose slices are views.
    const data = new Uint8Array(
      buffer.buffer,
      buffer.byteOffset,
      buffer.length,
    );
    const datagram = { data, address: this.#address(address, port) };
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      clearInterval(this.#timer);
      waiting.came(datagram);
      return;
    }
    const size = data.length + OVERHEAD;
    if (this.#size + size > ROOM) return;
    this.#size += size;
    this.#came.push({ ...datagram, data: data.slice() });
  }

  #failed(error: unknown): void {
    this.#error = error;
    clearInterval(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.failed(error);
  }

  #address(text: string, port: number): InetAddress | Inet6Address {
    if (!this.#v6) return [text, port];
    const [host, scope = "0"] = text.split("%");
    return [host, port, 0, Number(scope) || 0];
  }

  #holdByTimer(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {}, LONG);
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
