import type { Address } from "../address.ts";
import { SO_LINGER, SOL_SOCKET } from "../constants/mod.ts";
import type {
  Accepted,
  AncillaryData,
  BytesFrom,
  Endpoint,
  Message,
  MessageInto,
} from "../driver.ts";
import { callSite } from "../caller.ts";
import { osError, type OSErrorFields } from "../errors.ts";
import type { Hold, Wait } from "../wait.ts";
import { connect } from "./connect.ts";
import { Descriptor } from "./descriptor.ts";
import { destinationNow } from "./destination.ts";
import {
  duplicate,
  getInheritable,
  ioctl,
  makeOwn,
  NEW,
  setInheritable,
} from "./descriptor_flags.ts";
import { isDarwin, sockaddrStorage } from "./layout/mod.ts";
import { darwinLibc, libc } from "./libc.ts";
import { getOption, lingers, setOption } from "./options.ts";
import { poller } from "./poller.ts";
import { Receiver } from "./receiver.ts";
import { Sender } from "./sender.ts";
import { isInternet } from "./sockaddr/internet.ts";
import { type SocketKind, unpackAddress } from "./sockaddr/mod.ts";
import { check, lastError, PENDING, wasInterrupted } from "./syscall.ts";

// As CPython: the least of this and the system's most.
const BACKLOG = 128;

const name = new Uint8Array(sockaddrStorage.size);
const length = new Uint32Array(1);
const lengthBytes = new Uint8Array(length.buffer);

/** Where a descriptor of an endpoint comes from. */
interface Origin {
  /** The peer that `accept` told. */
  readonly peer?: Address;
  /** Whether closing may have to wait until bytes are out: somebody may have set SO_LINGER. */
  readonly mayLinger?: boolean;
  /** Whether closing leaves the descriptor open. */
  readonly isLent?: boolean;
}

/** A socket of the kernel: a non-blocking descriptor of its own. */
export class PosixEndpoint implements Endpoint {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly #descriptor: Descriptor;
  readonly #receiver: Receiver;
  readonly #sender: Sender;
  readonly #isLent: boolean;
  #mayLinger: boolean;
  #isConnecting = false;

  constructor(fd: number, kind: SocketKind, origin: Origin = {}) {
    this.family = kind.family;
    this.type = kind.type;
    this.proto = kind.proto;
    this.#mayLinger = origin.mayLinger ?? false;
    this.#isLent = origin.isLent ?? false;
    const descriptor = new Descriptor(fd, kind);
    descriptor.peer = origin.peer;
    this.#descriptor = descriptor;
    this.#receiver = new Receiver(descriptor, kind);
    this.#sender = new Sender(descriptor, kind);
  }

  get resource(): unknown {
    return this.#descriptor.fd;
  }

  get abortedBytesSent(): number {
    return this.#sender.abortedBytesSent;
  }

  bind(address: Address): void {
    const packed = destinationNow("bind", this, address);
    check(
      libc().bind(this.#descriptor.fd, packed, packed.length),
      { syscall: "bind", address },
    );
  }

  listen(backlog: number = BACKLOG): void {
    // One that is not bound listens on all addresses.
    if (isInternet(this.family)) {
      destinationNow("listen", this, this.getsockname());
    }
    // As CPython, which takes no less than 0.
    const size = Math.max(0, backlog);
    check(libc().listen(this.#descriptor.fd, size), this.#fields("listen"));
  }

  accept(wait: Wait | undefined): Promise<Accepted> {
    const attempt = () => this.#tryAccept(wait);
    return this.#descriptor.reads.run("accept", attempt, wait);
  }

  async connect(address: Address, wait: Wait | undefined): Promise<void> {
    // A program that forgets to await a connect() learns of it by its error only.
    const calledHere = callSite();
    const descriptor = this.#descriptor;
    if (this.#isConnecting) {
      throw osError({ code: "EALREADY", syscall: "connect", address });
    }
    this.#isConnecting = true;
    try {
      await connect(descriptor, this, address, wait);
      descriptor.peer = address;
    } catch (error) {
      throw calledHere(error);
    } finally {
      this.#isConnecting = false;
    }
  }

  shutdown(how: number): void {
    check(
      libc().shutdown(this.#descriptor.fd, how),
      this.#fields("shutdown"),
    );
    // What waits to receive need not wait any longer.
    this.#descriptor.mayHaveEnded = true;
    this.#descriptor.reads.serve();
  }

  async close(): Promise<void> {
    const descriptor = this.#descriptor;
    const waits = this.#mayLinger && lingers(descriptor);
    const fd = descriptor.giveUp();
    if (fd < 0 || this.#isLent) return await poller.returning;
    if (waits) await libc().closeLater(fd);
    else libc().close(fd);
    await poller.returning;
  }

  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#receiver.recv(size, flags, wait);
  }

  recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.#receiver.recvInto(buffer, flags, wait);
  }

  recvfrom(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<BytesFrom> {
    return this.#receiver.recvfrom(size, flags, wait);
  }

  recvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Message> {
    return this.#receiver.recvmsg(size, ancillarySize, flags, wait);
  }

  recvmsgInto(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<MessageInto> {
    return this.#receiver.recvmsgInto(buffers, ancillarySize, flags, wait);
  }

  unread(bytes: Uint8Array): void {
    this.#receiver.kept.putBack(bytes);
  }

  send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.#sender.send(data, flags, wait);
  }

  sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    return this.#sender.sendall(data, flags, wait);
  }

  sendmsg(
    buffers: readonly Uint8Array[],
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.#sender.sendmsg(buffers, ancillary, flags, address, wait);
  }

  sendfile(
    fd: number,
    offset: number,
    count: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.#sender.sendfile(fd, offset, count, wait);
  }

  poll(events: number): number {
    return this.#descriptor.poll(events);
  }

  observe(events: number, observer: () => void, holds: boolean): () => void {
    return this.#descriptor.observe(events, observer, holds);
  }

  get notifier(): Hold {
    return this.#descriptor.notifier;
  }

  getsockopt(level: number, name: number, size: number): Uint8Array {
    return getOption(this.#descriptor, level, name, size);
  }

  setsockopt(
    level: number,
    name: number,
    value: Uint8Array | null,
    size: number,
  ): void {
    setOption(this.#descriptor, level, name, value, size);
    if (level === SOL_SOCKET && name === SO_LINGER) this.#mayLinger = true;
  }

  getsockname(): Address {
    return this.#name("getsockname");
  }

  getpeername(): Address {
    return this.#name("getpeername");
  }

  fileno(): number {
    // Who knows the number may set SO_LINGER too, in another isolate for instance.
    this.#mayLinger = true;
    return this.#descriptor.fd;
  }

  getInheritable(): boolean {
    return getInheritable(this.#descriptor.fd);
  }

  setInheritable(inheritable: boolean): void {
    setInheritable(this.#descriptor.fd, inheritable);
  }

  ioctl(request: number, argument: number | Uint8Array): number | Uint8Array {
    return ioctl(this.#descriptor.fd, request, argument);
  }

  ref(): void {
    this.#descriptor.setReferencing(true);
  }

  unref(): void {
    this.#descriptor.setReferencing(false);
  }

  dup(): Endpoint {
    const descriptor = this.#descriptor;
    return new PosixEndpoint(duplicate(descriptor.fd), this, {
      peer: descriptor.peer,
      mayLinger: this.#mayLinger,
    });
  }

  detach(): number {
    const descriptor = this.#descriptor;
    if (!descriptor.isIdle) {
      const hint = "calls wait, or bytes that were received are kept";
      throw osError({ ...this.#fields("detach"), code: "EBUSY", hint });
    }
    return descriptor.giveUp();
  }

  #tryAccept(wait: Wait | undefined): Accepted | typeof PENDING {
    const descriptor = this.#descriptor;
    const fields = () => this.#fields("accept");
    for (;;) {
      length[0] = name.length;
      const fd = isDarwin
        ? darwinLibc().accept(descriptor.fd, name, lengthBytes)
        : libc().accept4(descriptor.fd, name, lengthBytes, NEW);
      if (fd >= 0) {
        const peer = unpackAddress(name, length[0], this.proto) ?? "";
        const mayLinger = this.#mayLinger;
        const origin = { peer, mayLinger };
        const endpoint = new PosixEndpoint(makeOwn(fd), this, origin);
        return [endpoint, peer];
      }
      if (wasInterrupted(fields)) continue;
      // A Unix listener does not tell a descriptor that does not block.
      if (!descriptor.hasEnded(wait)) return PENDING;
      throw osError({ ...fields(), code: "EINVAL" });
    }
  }

  #name(call: "getsockname" | "getpeername"): Address {
    length[0] = name.length;
    const { fd } = this.#descriptor;
    if (libc()[call](fd, name, lengthBytes) < 0) {
      throw lastError(this.#fields(call));
    }
    return unpackAddress(name, length[0], this.proto) ?? "";
  }

  #fields(syscall: string): OSErrorFields {
    return this.#descriptor.fields(syscall);
  }
}
