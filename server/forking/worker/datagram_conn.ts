import type { Address } from "../../../socket/address.ts";
import type {
  DatagramConn,
  Target,
} from "../../../socket/endpoint/datagram_transport.ts";
import { osError } from "../../../socket/errors.ts";
import type { Calls } from "./remote_server.ts";

/** The server's socket for datagrams, in a Worker: the parent sends what it is given. */
export class PortDatagrams implements DatagramConn {
  readonly local: Address;
  readonly resource = undefined;
  readonly sendsMayWait = false;
  readonly #calls: Calls;

  constructor(local: Address, calls: Calls) {
    this.local = local;
    this.#calls = calls;
  }

  async send(data: Uint8Array, { address }: Target): Promise<unknown> {
    return await this.#calls.ask({
      name: "sendto",
      // Of its own size: a message carries the whole memory that a view is of.
      data: new Uint8Array(data),
      address,
    });
  }

  receive(_onDatagram: unknown, onError: (error: unknown) => void): void {
    const error = osError({
      code: "EOPNOTSUPP",
      syscall: "recv",
      subject: "in a Worker",
      hint: "the server receives, and makes a request of each datagram",
    });
    queueMicrotask(() => onError(error));
  }

  // The parent's socket is not the Worker's to close or hold.
  ref(): void {}
  unref(): void {}
  close(): void {}
}
