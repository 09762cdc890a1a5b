import type { Address } from "../address.ts";
import type {
  Accepted,
  AncillaryData,
  BytesFrom,
  Endpoint,
  Message,
  MessageInto,
} from "../driver.ts";
import type { Hold, Wait } from "../wait.ts";

/**
 * An endpoint that passes every call on to another. A wrapper extends it and
 * overrides the calls that it checks, counts or changes; `accept` and `dup`
 * return unwrapped endpoints unless it overrides them too.
 */
export class Delegate implements Endpoint {
  /** The endpoint that does the work. */
  readonly inner: Endpoint;

  /** Passes calls on to `inner`. */
  constructor(inner: Endpoint) {
    this.inner = inner;
  }

  get family(): number {
    return this.inner.family;
  }

  get type(): number {
    return this.inner.type;
  }

  get proto(): number {
    return this.inner.proto;
  }

  get resource(): unknown {
    return this.inner.resource;
  }

  get abortedBytesSent(): number {
    return this.inner.abortedBytesSent;
  }

  bind(address: Address, backlog?: number): void {
    this.inner.bind(address, backlog);
  }

  listen(backlog: number | undefined): void {
    this.inner.listen(backlog);
  }

  accept(wait: Wait | undefined): Promise<Accepted> {
    return this.inner.accept(wait);
  }

  connect(address: Address, wait: Wait | undefined): Promise<void> {
    return this.inner.connect(address, wait);
  }

  shutdown(how: number): void {
    this.inner.shutdown(how);
  }

  close(signal?: AbortSignal): Promise<void> {
    return this.inner.close(signal);
  }

  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.inner.recv(size, flags, wait);
  }

  recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.inner.recvInto(buffer, flags, wait);
  }

  recvfrom(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<BytesFrom> {
    return this.inner.recvfrom(size, flags, wait);
  }

  recvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Message> {
    return this.inner.recvmsg(size, ancillarySize, flags, wait);
  }

  recvmsgInto(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<MessageInto> {
    return this.inner.recvmsgInto(buffers, ancillarySize, flags, wait);
  }

  unread(bytes: Uint8Array): void {
    this.inner.unread(bytes);
  }

  send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.inner.send(data, flags, wait);
  }

  sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    return this.inner.sendall(data, flags, wait);
  }

  sendmsg(
    buffers: readonly Uint8Array[],
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.inner.sendmsg(buffers, ancillary, flags, address, wait);
  }

  sendfile(
    fd: number,
    offset: number,
    count: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.inner.sendfile(fd, offset, count, wait);
  }

  poll(events: number): number {
    return this.inner.poll(events);
  }

  observe(events: number, observer: () => void, holds: boolean): () => void {
    return this.inner.observe(events, observer, holds);
  }

  get notifier(): Hold | undefined {
    return this.inner.notifier;
  }

  getsockopt(level: number, name: number, size: number): Uint8Array {
    return this.inner.getsockopt(level, name, size);
  }

  setsockopt(
    level: number,
    name: number,
    value: Uint8Array | null,
    size: number,
  ): void {
    this.inner.setsockopt(level, name, value, size);
  }

  getsockname(): Address {
    return this.inner.getsockname();
  }

  getpeername(): Address {
    return this.inner.getpeername();
  }

  fileno(): number {
    return this.inner.fileno();
  }

  getInheritable(): boolean {
    return this.inner.getInheritable();
  }

  setInheritable(inheritable: boolean): void {
    this.inner.setInheritable(inheritable);
  }

  ioctl(request: number, argument: number | Uint8Array): number | Uint8Array {
    return this.inner.ioctl(request, argument);
  }

  ref(): void {
    this.inner.ref();
  }

  unref(): void {
    this.inner.unref();
  }

  dup(): Endpoint {
    return this.inner.dup();
  }

  detach(): unknown {
    return this.inner.detach();
  }
}
