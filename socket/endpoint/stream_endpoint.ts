import type { Address } from "../address.ts";
import {
  AF_UNIX,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_RDWR,
} from "../constants/mod.ts";
import type { AncillaryData, Endpoint, Message } from "../driver.ts";
import { type OSError, osError, timedOut } from "../errors.ts";
import { isNonBlocking, type Wait, watch, withDeadline } from "../wait.ts";
import { unsupported } from "../sandbox/errors.ts";
import { getStreamOption, setStreamOption } from "./stream_options.ts";
import type { StreamSocket } from "./stream_socket.ts";

const RECV_FLAGS = MSG_PEEK | MSG_WAITALL;
const SEND_FLAGS = MSG_NOSIGNAL > 0 ? MSG_NOSIGNAL : 0;

/** One endpoint on a stream socket: checks the call's state and knows which calls are its own. */
export class StreamEndpoint implements Endpoint {
  readonly type: number;
  readonly proto: number;
  readonly #socket: StreamSocket;
  #closed: Promise<void> | undefined;
  #connecting = false;

  /** An endpoint of its own on `socket`. */
  constructor(socket: StreamSocket) {
    this.#socket = socket;
    this.type = socket.type;
    this.proto = socket.proto;
  }

  get family(): number {
    return this.#socket.family;
  }

  get resource(): unknown {
    return this.#socket.conn ?? this.#socket.listener;
  }

  bind(address: Address, backlog?: number): void {
    this.#open("bind").bind(address, backlog);
  }

  listen(backlog: number | undefined): void {
    this.#open("listen").listen(backlog);
  }

  async accept(wait: Wait | undefined): Promise<Endpoint> {
    const socket = this.#open("accept");
    if (socket.acceptor === undefined) {
      throw socket.misuse("accept", "EINVAL", socket.local);
    }
    const conn = await socket.acceptor.accept(wait, this);
    return new StreamEndpoint(socket.accepted(conn));
  }

  async connect(address: Address, wait: Wait | undefined): Promise<void> {
    const socket = this.#open("connect");
    wait?.signal?.throwIfAborted();
    const never = isNonBlocking(wait);
    // As in Python, a socket with a timeout does not wait for room in a queue.
    const patient = wait === undefined || wait.deadline === Infinity;
    const attempt = socket.connect(address, patient);
    if (attempt === undefined) return;
    if (never && !socket.transport.instant) {
      socket.letGo(attempt);
      throw osError({ code: "EINPROGRESS", syscall: "connect", address });
    }
    const stop = wait === undefined || never ? undefined : watch(
      wait,
      () => socket.abort(timedOut({ syscall: "connect", address })),
      (reason) => socket.abort(reason),
    );
    this.#connecting = true;
    try {
      await attempt;
    } finally {
      this.#connecting = false;
      stop?.();
    }
  }

  shutdown(how: number): void {
    const socket = this.#open("shutdown");
    if (how < SHUT_RD || how > SHUT_RDWR) {
      throw socket.misuse("shutdown", "EINVAL");
    }
    socket.shutdown(how);
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array> {
    const { reader } = this.#socket;
    if (reader === undefined || this.#unable(flags & ~RECV_FLAGS)) {
      return this.#notYet("recv", flags & ~RECV_FLAGS, wait)
        .then(() => this.recv(size, flags, wait));
    }
    return reader.recv(size, flags, wait, this);
  }

  recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    const { reader } = this.#socket;
    if (reader === undefined || this.#unable(flags & ~RECV_FLAGS)) {
      return this.#notYet("recv", flags & ~RECV_FLAGS, wait)
        .then(() => this.recvInto(buffer, flags, wait));
    }
    return reader.recvInto(buffer, flags, wait, this);
  }

  async recvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Message> {
    if (ancillarySize > 0) throw unable("recv", "ancillary data");
    const data = await this.recv(size, flags, wait);
    return { data, ancillary: [], flags: 0, address: null };
  }

  send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.#send(data, false, flags, wait) as Promise<number>;
  }

  sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    return this.#send(data, true, flags, wait) as Promise<undefined>;
  }

  async sendmsg(
    data: Uint8Array,
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number> {
    if (ancillary.length > 0) throw unable("send", "ancillary data");
    // As on Linux: TCP does not look at the address, a Unix stream refuses it.
    if (address !== null && this.family === AF_UNIX) {
      throw this.#open("send").misuse(
        "send",
        this.#socket.conn ? "EISCONN" : "EOPNOTSUPP",
        address,
      );
    }
    return await this.send(data, flags, wait);
  }

  getsockopt(level: number, name: number, size: number): Uint8Array {
    return getStreamOption(this.#open("getsockopt"), level, name, size);
  }

  setsockopt(
    level: number,
    name: number,
    value: Uint8Array | null,
    size: number,
  ): void {
    setStreamOption(this.#open("setsockopt"), level, name, value, size);
  }

  getsockname(): Address {
    const { local, transport } = this.#open("getsockname");
    return local ?? transport.any;
  }

  getpeername(): Address {
    const socket = this.#open("getpeername");
    if (socket.peer === undefined) {
      throw socket.misuse("getpeername", "ENOTCONN");
    }
    return socket.peer;
  }

  async readable(wait: Wait | undefined): Promise<void> {
    const { acceptor, reader, attempt } = this.#open("recv");
    if (acceptor !== undefined) await acceptor.readable(wait, this);
    else if (reader !== undefined) await reader.readable(wait, this);
    else if (attempt !== undefined) {
      await withDeadline(attempt, wait, { syscall: "recv" });
      if (this.#socket.reader !== undefined) await this.readable(wait);
    }
  }

  async writable(wait: Wait | undefined): Promise<void> {
    const { writer, attempt } = this.#open("send");
    const event = writer?.idle() ?? attempt;
    if (event !== undefined) {
      await withDeadline(event, wait, { syscall: "send" });
    }
  }

  dup(): Endpoint {
    const socket = this.#open("dup");
    socket.handles++;
    return new StreamEndpoint(socket);
  }

  detach(): unknown {
    const socket = this.#open("detach");
    const resource = socket.giveAway();
    this.#closed = Promise.resolve();
    return resource;
  }

  #send(
    data: Uint8Array,
    all: boolean,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number | undefined> {
    const { writer } = this.#socket;
    if (writer === undefined || this.#unable(flags & ~SEND_FLAGS)) {
      return this.#notYet("send", flags & ~SEND_FLAGS, wait)
        .then(() => this.#send(data, all, flags, wait));
    }
    return writer.send(data, all, wait, this);
  }

  #unable(strange: number): boolean {
    return strange !== 0 || this.#closed !== undefined;
  }

  /** Says why a connection's call is not possible, or waits until it is. */
  async #notYet(
    syscall: "recv" | "send",
    strange: number,
    wait: Wait | undefined,
  ): Promise<void> {
    const socket = this.#open(syscall);
    if (strange !== 0) {
      throw unable(syscall, `with flags 0x${strange.toString(16)}`);
    }
    if (socket.attempt !== undefined) {
      await withDeadline(socket.attempt, wait, { syscall });
    }
    this.#open(syscall);
    if (socket.conn === undefined) {
      throw socket.misuse(syscall, socket.transport.wrongState[syscall]);
    }
  }

  #open(syscall: string): StreamSocket {
    if (this.#closed !== undefined) throw closed(syscall);
    this.#socket.decide(syscall);
    return this.#socket;
  }

  async #close(): Promise<void> {
    const socket = this.#socket;
    if (--socket.handles === 0) return await socket.close();
    if (this.#connecting) socket.abort(closed("connect"));
    socket.acceptor?.release(this);
    socket.reader?.release(this);
    socket.writer?.release(this);
  }
}

function unable(syscall: string, subject: string): OSError {
  return unsupported({ code: "EOPNOTSUPP", syscall, subject });
}

function closed(syscall: string): OSError {
  return osError({ code: "EBADF", syscall });
}
