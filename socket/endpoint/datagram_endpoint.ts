import type { Address } from "../address.ts";
import {
  AF_UNIX,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_WAITALL,
} from "../constants/mod.ts";
import type {
  Accepted,
  AncillaryData,
  BytesFrom,
  Endpoint,
  Message,
  MessageInto,
} from "../driver.ts";
import { osError } from "../errors.ts";
import type { Hold, Wait } from "../wait.ts";
import { datagramOptions } from "./datagram_options.ts";
import type { DatagramReader } from "./datagram_reader.ts";
import type { DatagramSocket } from "./datagram_socket.ts";
import {
  refuseAncillary,
  refuseFlags,
  refuseReceivedAncillary,
} from "./refusals.ts";
import { SharedEndpoint } from "./shared_endpoint.ts";

// As in the kernel, MSG_WAITALL has no effect on a datagram.
const RECV_FLAGS = MSG_PEEK | MSG_WAITALL;
const SEND_FLAGS = MSG_NOSIGNAL > 0 ? MSG_NOSIGNAL : 0;

/**
 * One endpoint on a datagram socket: checks the socket's state for each call,
 * and tracks which pending calls are its own.
 */
export class DatagramEndpoint extends SharedEndpoint<DatagramSocket>
  implements Endpoint {
  /** A datagram is sent whole or not at all. */
  readonly abortedBytesSent = 0;

  get resource(): unknown {
    return this.socket.conn?.resource;
  }

  bind(address: Address): void {
    this.socket.bind(address);
  }

  listen(): void {
    const { local } = this.socket;
    throw osError({ code: "EOPNOTSUPP", syscall: "listen", address: local });
  }

  // deno-lint-ignore require-await
  async accept(): Promise<Accepted> {
    const { local } = this.socket;
    throw osError({ code: "EOPNOTSUPP", syscall: "accept", address: local });
  }

  async connect(address: Address, wait: Wait | undefined): Promise<void> {
    await this.socket.connect(address, wait);
  }

  shutdown(how: number): void {
    this.socket.shutdown(how);
  }

  async close(signal?: AbortSignal): Promise<void> {
    this.end();
    const socket = this.socket;
    if (--socket.handles === 0) return await socket.close(signal);
    socket.reader.release(this);
    socket.writer?.release(this);
  }

  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return this.#reader(flags).recv(size, flags, wait, this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    try {
      return this.#reader(flags).recvInto(buffer, flags, wait, this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recvfrom(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<BytesFrom> {
    try {
      return this.#reader(flags).recvfrom(size, flags, wait, this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Message> {
    try {
      refuseReceivedAncillary(this.family, ancillarySize);
      return this.#reader(flags).recvmsg(size, flags, wait, this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recvmsgInto(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<MessageInto> {
    try {
      refuseReceivedAncillary(this.family, ancillarySize);
      return this.#reader(flags).recvmsgInto(buffers, flags, wait, this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  unread(): never {
    throw osError({ code: "EOPNOTSUPP", syscall: "recv" });
  }

  send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.#send(data, flags, null, wait);
  }

  async sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    await this.#send(data, flags, null, wait);
  }

  sendmsg(
    buffers: readonly Uint8Array[],
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number> {
    try {
      refuseAncillary("send", ancillary);
      const data = buffers.length === 1 ? buffers[0] : buffers;
      return this.#send(data, flags, address, wait);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  getsockopt(level: number, name: number, size: number): Uint8Array {
    return datagramOptions.get(this.socket, level, name, size);
  }

  setsockopt(
    level: number,
    name: number,
    value: Uint8Array | null,
    size: number,
  ): void {
    datagramOptions.set(this.socket, level, name, value, size);
  }

  getsockname(): Address {
    return this.socket.local;
  }

  getpeername(): Address {
    const { peer } = this.socket;
    // As on Linux, a socket that is connected to port 0 has no peer address.
    if (peer === undefined || (this.family !== AF_UNIX && !peer.address[1])) {
      throw osError({ code: "ENOTCONN", syscall: "getpeername" });
    }
    return peer.address;
  }

  protected override readiness(): number {
    return this.socket.poll();
  }

  get notifier(): Hold | undefined {
    const { transport, reader } = this.socket;
    return transport.receivesOnlyHeld ? reader.hold : undefined;
  }

  protected override observeReadiness(
    events: number,
    observer: () => void,
    holds: boolean,
  ): () => void {
    return this.socket.observe(events, observer, holds);
  }

  ref(): void {
    this.socket.reader.setReferencing(true);
  }

  unref(): void {
    this.socket.reader.setReferencing(false);
  }

  dup(): Endpoint {
    this.socket.handles++;
    return new DatagramEndpoint(this.socket);
  }

  #reader(flags: number): DatagramReader {
    refuseFlags("recv", flags & ~RECV_FLAGS);
    return this.socket.reader;
  }

  #send(
    data: Uint8Array | readonly Uint8Array[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number> {
    try {
      refuseFlags("send", flags & ~SEND_FLAGS);
      return this.socket.send(data, address, wait, this);
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
