import type { Address } from "../address.ts";
import { AF_INET6 } from "../constants/mod.ts";
import { acquire, LARGE, release } from "../endpoint/buffer_pool.ts";
import type {
  Datagram,
  DatagramConn,
  DatagramSettings,
  Membership,
  Target,
} from "../endpoint/datagram_transport.ts";
import { addressOf } from "./deno_address.ts";

// Deno's type declarations omit two methods.
type HeldConn = Deno.DatagramConn & { ref(): void; unref(): void };

interface Joined {
  readonly membership: Membership;
  readonly handle: Promise<
    Deno.MulticastV4Membership | Deno.MulticastV6Membership
  >;
}

/** UDP by `Deno.listenDatagram`, which receives only on request. */
export class UdpConn implements DatagramConn {
  readonly local: Address;
  readonly resource: Deno.DatagramConn;
  readonly sendsMayWait = false;
  readonly #conn: HeldConn;
  readonly #isV6: boolean;
  #joined: Joined[] = [];
  #target: Target | undefined;
  #to: Deno.NetAddr | undefined;
  /** The receive in progress. */
  #buffer: Uint8Array | undefined;
  #onDatagram: ((datagram: Datagram) => void) | undefined;
  #onError: ((error: unknown) => void) | undefined;

  /** Takes over an open socket. */
  constructor(conn: Deno.DatagramConn, family: number) {
    this.#isV6 = family === AF_INET6;
    this.resource = conn;
    this.#conn = conn as HeldConn;
    this.local = addressOf(conn.addr);
  }

  receive(
    onDatagram: (datagram: Datagram) => void,
    onError: (error: unknown) => void,
  ): void {
    this.#onDatagram = onDatagram;
    this.#onError = onError;
    // No datagram is longer than this buffer, which is held only during a
    // receive.
    this.#buffer = acquire(LARGE);
    this.#conn.receive(this.#buffer).then(this.#onReceived, this.#onFailed);
  }

  readonly #onReceived = ([data, from]: [Uint8Array, Deno.Addr]): void => {
    const buffer = this.#buffer!;
    this.#onDatagram!({ data, address: addressOf(from) });
    release(buffer);
  };

  readonly #onFailed = (error: unknown): void => {
    release(this.#buffer!);
    this.#onError!(error);
  };

  send(data: Uint8Array, target: Target): Promise<unknown> {
    if (target !== this.#target) {
      this.#target = target;
      this.#to = {
        transport: "udp",
        hostname: target.host,
        port: target.address[1] as number,
      };
    }
    return this.#conn.send(data, this.#to!);
  }

  ref(): void {
    this.#conn.ref();
  }

  unref(): void {
    this.#conn.unref();
  }

  close(): void {
    this.#conn.close();
  }

  set<K extends keyof DatagramSettings>(name: K): boolean {
    // Deno always enables SO_BROADCAST; the transport checks our setting.
    return name === "broadcast";
  }

  join(membership: Membership): Promise<unknown> {
    const { group, interface: by } = membership;
    const handle = this.#isV6
      ? this.#conn.joinMulticastV6(group, Number(by))
      : this.#conn.joinMulticastV4(group, String(by));
    const joined = { membership, handle };
    this.#joined.push(joined);
    return handle.catch((error) => {
      this.#joined = this.#joined.filter((each) => each !== joined);
      throw error;
    });
  }

  async leave(membership: Membership): Promise<void> {
    const index = this.#joined.findIndex((each) =>
      each.membership === membership
    );
    const [joined] = this.#joined.splice(index, 1);
    await (await joined?.handle)?.leave();
  }
}
