import type { Driver } from "../../../socket/driver.ts";
import { OSError } from "../../../socket/errors.ts";
import { driverOf, type Socket } from "../../../socket/socket.ts";
import { isSecure } from "../../tls.ts";
import type { DescriptorParts, FromWorker } from "../wire/messages.ts";

/** Whether a Worker can be lent the descriptor of a socket: what goes through that of a TLS connection can be read here only. */
export function isLendable(socket: Socket): boolean {
  return driverOf(socket).module !== undefined && !isSecure(socket);
}

/**
 * Lends a Worker a duplicate of the socket's descriptor, so that nothing has to
 * be carried. The parent closes it, and not before the Worker cannot use it any
 * more: the number would become another socket's.
 */
export class DescriptorRelay {
  readonly request: DescriptorParts;
  readonly #socket: Socket;
  readonly #driver: Driver;
  #isReleased = false;

  /** @param data The datagram that the Worker is to handle, if it is one. */
  constructor(socket: Socket, data?: Uint8Array) {
    const driver = this.#driver = driverOf(socket);
    this.#socket = socket;
    this.request = {
      type: "descriptor",
      fd: driver.dupDescriptor(socket.fileno()),
      module: driver.module!,
      family: socket.family,
      socketType: socket.type,
      proto: socket.proto,
      timeout: socket.gettimeout(),
      data,
    };
  }

  /** The kernel carries all. */
  start(): void {}

  receive(message: FromWorker): void {
    if (message.type !== "close") {
      throw new TypeError(
        `Cannot take what a Worker sends: it has the descriptor, and "${message.type}" is nothing that the parent does`,
      );
    }
    this.release();
    // The handler has closed its connection; a datagram's socket is the server's.
    if (this.request.data === undefined) this.#socket.close();
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  stop(): void {}

  /** Ends the connection though the Worker may use its number for as long as it likes. */
  disable(): void {
    if (this.#isReleased) return;
    try {
      this.#driver.disableDescriptor?.(this.request.fd);
    } catch (error) {
      // There is no descriptor left for it (EMFILE): the number stays as it is.
      if (!(error instanceof OSError)) throw error;
    }
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#driver.closeDescriptor(this.request.fd);
  }
}
