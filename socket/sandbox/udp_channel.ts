import type { Inet6Address, InetAddress } from "../address.ts";
import { AF_INET6 } from "../constants/mod.ts";
import type {
  Channel,
  Datagram,
  DatagramSettings,
  Membership,
  Target,
} from "../endpoint/datagram_transport.ts";

// No datagram is longer. A buffer is held only while a receive waits.
const LONGEST = 65536;
const KEPT = 4;
const spare: Uint8Array[] = [];

// Deno's declarations leave two methods out.
type HeldConn = Deno.DatagramConn & { ref(): void; unref(): void };

interface Joined {
  readonly membership: Membership;
  readonly handle: Promise<
    Deno.MulticastV4Membership | Deno.MulticastV6Membership
  >;
}

/** UDP by `Deno.listenDatagram`, which receives when it is asked. */
export class UdpChannel implements Channel {
  readonly local: InetAddress | Inet6Address;
  readonly resource: Deno.DatagramConn;
  readonly waits = false;
  readonly #conn: HeldConn;
  readonly #v6: boolean;
  readonly #known: boolean;
  #joined: Joined[] = [];
  #target: Target | undefined;
  #to: Deno.NetAddr | undefined;

  /** Takes an open socket over; `settings` is what it was opened with, where that is known. */
  constructor(
    conn: Deno.DatagramConn,
    family: number,
    settings: DatagramSettings | undefined,
  ) {
    this.#v6 = family === AF_INET6;
    this.#known = settings !== undefined;
    this.resource = conn;
    this.#conn = conn as HeldConn;
    this.local = this.#address(conn.addr);
  }

  receive(
    came: (datagram: Datagram) => void,
    failed: (error: unknown) => void,
  ): void {
    const buffer = spare.pop() ?? new Uint8Array(LONGEST);
    const giveBack = () => spare.length < KEPT && spare.push(buffer);
    this.#conn.receive(buffer).then(([data, from]) => {
      came({ data, address: this.#address(from) });
      giveBack();
    }, (error) => {
      giveBack();
      failed(error);
    });
  }

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

  hold(held: boolean): void {
    if (held) this.#conn.ref();
    else this.#conn.unref();
  }

  close(): void {
    this.#conn.close();
  }

  set<K extends keyof DatagramSettings>(name: K): boolean {
    // SO_BROADCAST is always on here; the transport looks at ours.
    return name === "broadcast" && this.#known;
  }

  join(membership: Membership): Promise<unknown> {
    const { group, interface: by } = membership;
    const handle = this.#v6
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

  #address(addr: Deno.Addr): InetAddress | Inet6Address {
    const { hostname, port } = addr as Deno.NetAddr;
    if (!this.#v6) return [hostname, port];
    const [host, scope = "0"] = hostname.split("%");
    return [host, port, 0, Number(scope) || 0];
  }
}
