import type { Address } from "../../../socket/address.ts";
import { osError } from "../../../socket/errors.ts";
import type { Calls } from "./remote_server.ts";

/** The server's socket for datagrams, in a Worker: the parent sends what it is given. */
export class PortDatagrams {
  readonly addr: Deno.Addr;
  readonly #calls: Calls;

  constructor(addr: Deno.Addr, calls: Calls) {
    this.addr = addr;
    this.#calls = calls;
  }

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

  receive(): Promise<never> {
    return Promise.reject(osError({
      code: "EOPNOTSUPP",
      syscall: "recv",
      subject: "in a Worker",
      hint: "the server receives, and makes a request of each datagram",
    }));
  }

  // The parent's socket is not the Worker's to close or hold.
  ref(): void {}
  unref(): void {}
  close(): void {}
}
