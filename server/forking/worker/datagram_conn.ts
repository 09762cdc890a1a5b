import type { Address } from "../../../socket/address.ts";
import { osError } from "../../../socket/errors.ts";
import type { Calls } from "./remote_server.ts";

/** The server's socket for datagrams, in a Worker: it can send, by its parent. */
export class PortDatagrams {
  /** The server's address. */
  readonly addr: Deno.Addr;
  readonly #calls: Calls;

  /** A socket at an address. */
  constructor(addr: Deno.Addr, calls: Calls) {
    this.addr = addr;
    this.#calls = calls;
  }

  /** Sends a datagram, out of the parent's socket. */
  async send(data: Uint8Array, to: Deno.Addr): Promise<number> {
    const address = to.transport === "unixpacket"
      ? (to as Deno.UnixAddr).path
      : [(to as Deno.NetAddr).hostname, (to as Deno.NetAddr).port];
    return await this.#calls.ask({
      name: "sendto",
      data: data.slice(),
      address: address as Address,
    });
  }

  /** Refuses, for the parent receives. */
  receive(): Promise<never> {
    return Promise.reject(osError({
      code: "EOPNOTSUPP",
      syscall: "recv",
      subject: "in a Worker",
      hint: "the server receives, and makes a request of each datagram",
    }));
  }

  // It is the parent's, and has no life of its own.
  ref(): void {}
  unref(): void {}
  close(): void {}
}
