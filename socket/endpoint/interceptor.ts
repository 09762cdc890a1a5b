import type { Address } from "../address.ts";
import { lostBuffer } from "../arguments.ts";
import type {
  AncillaryData,
  BytesFrom,
  Endpoint,
  Message,
  MessageInto,
} from "../driver.ts";
import type { Wait } from "../wait.ts";
import { Delegate } from "./delegate.ts";

/** Makes a call on an endpoint. */
export type DataCall<T> = (endpoint: Endpoint) => Promise<T>;

/**
 * An endpoint that passes every call on, but makes the receives and the sends in its
 * own way: later, on another endpoint, with other errors.
 */
export abstract class Interceptor extends Delegate {
  /** Makes a receive. */
  protected abstract receiving<T>(
    receive: DataCall<T>,
    flags: number,
    wait: Wait | undefined,
  ): Promise<T>;

  /** Makes a send. */
  protected abstract sending<T>(
    send: DataCall<T>,
    wait: Wait | undefined,
  ): Promise<T>;

  /** Whether a send that is made now would have to wait before it looks at its bytes. */
  protected abstract readonly sendsLater: boolean;

  override recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const receive = (on: Endpoint) => on.recv(size, flags, wait);
    return this.receiving(receive, flags, wait);
  }

  override recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    const { length } = buffer;
    const receive = (on: Endpoint) => {
      if (buffer.length < length) throw lostBuffer("recv");
      return on.recvInto(buffer, flags, wait);
    };
    return this.receiving(receive, flags, wait);
  }

  override recvfrom(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<BytesFrom> {
    const receive = (on: Endpoint) => on.recvfrom(size, flags, wait);
    return this.receiving(receive, flags, wait);
  }

  override recvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Message> {
    const receive = (on: Endpoint) =>
      on.recvmsg(size, ancillarySize, flags, wait);
    return this.receiving(receive, flags, wait);
  }

  override recvmsgInto(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<MessageInto> {
    const receive = (on: Endpoint) =>
      on.recvmsgInto(buffers, ancillarySize, flags, wait);
    return this.receiving(receive, flags, wait);
  }

  override send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    const bytes = this.#kept(data);
    return this.sending((on) => on.send(bytes, flags, wait), wait);
  }

  override sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    const bytes = this.#kept(data);
    return this.sending((on) => on.sendall(bytes, flags, wait), wait);
  }

  override sendmsg(
    buffers: readonly Uint8Array[],
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number> {
    const bytes = buffers.map((buffer) => this.#kept(buffer));
    const send = (on: Endpoint) =>
      on.sendmsg(bytes, ancillary, flags, address, wait);
    return this.sending(send, wait);
  }

  /** Bytes as they are now. */
  #kept(bytes: Uint8Array): Uint8Array {
    return this.sendsLater ? new Uint8Array(bytes) : bytes;
  }
}
