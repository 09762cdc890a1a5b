import type { Address } from "../address.ts";
import { scatter } from "../arguments.ts";
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
import { callSite } from "../caller.ts";
import { osError, timedOut } from "../errors.ts";
import { isNonBlocking, type Wait, watch, withDeadline } from "../wait.ts";
import { lengthOf } from "./buffer_pool.ts";
import { observeReadiness, readinessOf } from "./stream_readiness.ts";
import {
  refuseAncillary,
  refuseFlags,
  refuseReceivedAncillary,
} from "./refusals.ts";
import { SharedEndpoint } from "./shared_endpoint.ts";
import { refuseKeepIdle, streamOptions } from "./stream_options.ts";
import type { StreamReader } from "./stream_reader.ts";
import type { StreamSocket } from "./stream_socket.ts";
import type { StreamWriter } from "./stream_writer.ts";

const RECV_FLAGS = MSG_PEEK | MSG_WAITALL;
const SEND_FLAGS = MSG_NOSIGNAL > 0 ? MSG_NOSIGNAL : 0;

/**
 * One endpoint on a stream socket: checks the socket's state for each call, and
 * tracks which pending calls are its own.
 */
export class StreamEndpoint extends SharedEndpoint<StreamSocket>
  implements Endpoint {
  abortedBytesSent = 0;
  #isConnecting = false;

  get resource(): unknown {
    return this.socket.resource;
  }

  bind(address: Address, backlog?: number): void {
    this.socket.bind(address, backlog);
  }

  listen(backlog: number | undefined): void {
    refuseKeepIdle(this.socket);
    this.socket.listen(backlog);
  }

  async accept(wait: Wait | undefined): Promise<Accepted> {
    const socket = this.socket;
    if (socket.acceptor === undefined) {
      throw socket.stateError("accept", "EINVAL", socket.local);
    }
    const connection = await socket.acceptor.accept(wait, this);
    const accepted = socket.accepted(connection);
    return [new StreamEndpoint(accepted), connection.peer];
  }

  async connect(address: Address, wait: Wait | undefined): Promise<void> {
    const socket = this.socket;
    // A program that forgets to await a connect() learns of it by its error only.
    const calledHere = callSite();
    const isBrief = isNonBlocking(wait);
    // As in Python, a socket with a timeout does not wait for space in the
    // listener's queue.
    const retryWhileFull = wait === undefined || wait.deadline === Infinity;
    const attempt = socket.connect(address, retryWhileFull);
    if (attempt === undefined) return;
    if (isBrief && !socket.transport.connectsSynchronously) {
      socket.continueInBackground(attempt);
      throw osError({ code: "EINPROGRESS", syscall: "connect", address });
    }
    const stop = wait === undefined || isBrief ? undefined : watch(
      wait,
      () => socket.abort(timedOut({ syscall: "connect", address })),
      (reason) => socket.abort(reason),
    );
    this.#isConnecting = true;
    try {
      await attempt;
    } catch (error) {
      throw calledHere(error);
    } finally {
      this.#isConnecting = false;
      stop?.();
    }
  }

  shutdown(how: number): void {
    this.socket.shutdown(how);
  }

  async close(signal?: AbortSignal): Promise<void> {
    this.end();
    const socket = this.socket;
    if (--socket.handles === 0) return await socket.close(signal);
    if (this.#isConnecting) {
      socket.abort(osError({ code: "EBADF", syscall: "connect" }));
    }
    socket.acceptor?.release(this);
    socket.reader?.release(this);
    socket.writer?.release(this);
  }

  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { reader } = this.socket;
    if (reader !== undefined && (flags & ~RECV_FLAGS) === 0) {
      return reader.recv(size, flags, wait, this);
    }
    return this.#awaitReader(flags, wait)
      .then((reader) => reader.recv(size, flags, wait, this));
  }

  recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    const { reader } = this.socket;
    if (reader !== undefined && (flags & ~RECV_FLAGS) === 0) {
      return reader.recvInto(buffer, flags, wait, this);
    }
    return this.#awaitReader(flags, wait)
      .then((reader) => reader.recvInto(buffer, flags, wait, this));
  }

  async recvfrom(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<BytesFrom> {
    return [await this.recv(size, flags, wait), this.#sender];
  }

  async recvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Message> {
    refuseReceivedAncillary(this.family, ancillarySize);
    const data = await this.recv(size, flags, wait);
    return { data, ancillary: [], flags: 0, address: this.#sender };
  }

  async recvmsgInto(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<MessageInto> {
    refuseReceivedAncillary(this.family, ancillarySize);
    let count: number;
    if (buffers.length === 1) {
      count = await this.recvInto(buffers[0], flags, wait);
    } else {
      const data = await this.recv(lengthOf(buffers), flags, wait);
      scatter(data, buffers);
      count = data.length;
    }
    return { count, ancillary: [], flags: 0, address: this.#sender };
  }

  unread(bytes: Uint8Array): void {
    this.socket.reader?.unread(bytes);
  }

  send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    const { writer } = this.socket;
    if (writer !== undefined && (flags & ~SEND_FLAGS) === 0) {
      return writer.send(data, wait, this);
    }
    const bytes = data.slice();
    return this.#awaitWriter(flags, wait)
      .then((writer) => writer.send(bytes, wait, this));
  }

  sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    const { writer } = this.socket;
    if (writer !== undefined && (flags & ~SEND_FLAGS) === 0) {
      return writer.sendall(data, wait, this);
    }
    const bytes = data.slice();
    return this.#awaitWriter(flags, wait)
      .then((writer) => writer.sendall(bytes, wait, this));
  }

  async sendmsg(
    buffers: readonly Uint8Array[],
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number> {
    refuseAncillary("send", ancillary);
    const socket = this.socket;
    // As on Linux: TCP ignores the address, a connected Unix stream refuses it.
    if (address !== null && this.family === AF_UNIX) {
      const code = socket.conn ? "EISCONN" : "EOPNOTSUPP";
      throw socket.stateError("send", code, address);
    }
    const { writer } = this.socket;
    if (writer !== undefined && (flags & ~SEND_FLAGS) === 0) {
      return await writer.send(buffers, wait, this);
    }
    const bytes = buffers.map((buffer) => buffer.slice());
    return await (await this.#awaitWriter(flags, wait)).send(bytes, wait, this);
  }

  getsockopt(level: number, name: number, size: number): Uint8Array {
    return streamOptions.get(this.socket, level, name, size);
  }

  setsockopt(
    level: number,
    name: number,
    value: Uint8Array | null,
    size: number,
  ): void {
    streamOptions.set(this.socket, level, name, value, size);
  }

  getsockname(): Address {
    const { local, transport } = this.socket;
    return local ?? transport.any;
  }

  getpeername(): Address {
    const socket = this.socket;
    if (socket.peer === undefined) {
      throw socket.stateError("getpeername", "ENOTCONN");
    }
    return socket.peer;
  }

  protected override readiness(): number {
    return readinessOf(this.socket);
  }

  get notifier(): undefined {
    return undefined;
  }

  protected override observeReadiness(
    events: number,
    observer: () => void,
    holds: boolean,
  ): () => void {
    return observeReadiness(this.socket, events, observer, holds);
  }

  ref(): void {
    this.socket.setReferencing(true);
  }

  unref(): void {
    this.socket.setReferencing(false);
  }

  dup(): Endpoint {
    this.socket.handles++;
    return new StreamEndpoint(this.socket);
  }

  /** The sender that a receive tells: as in the kernel, none on TCP, and for a Unix peer its path if it has one. */
  get #sender(): Address | null {
    return this.family === AF_UNIX ? this.socket.peer || null : null;
  }

  /** Waits until there is a connection to receive from; throws if there is none. */
  async #awaitReader(
    flags: number,
    wait: Wait | undefined,
  ): Promise<StreamReader> {
    refuseFlags("recv", flags & ~RECV_FLAGS);
    await this.#connected("recv", wait);
    const { reader, transport } = this.socket;
    if (reader !== undefined) return reader;
    throw this.socket.stateError("recv", transport.wrongState.recv);
  }

  /** Waits until there is a connection to send on; throws if there is none. */
  async #awaitWriter(
    flags: number,
    wait: Wait | undefined,
  ): Promise<StreamWriter> {
    refuseFlags("send", flags & ~SEND_FLAGS);
    await this.#connected("send", wait);
    const { writer, transport } = this.socket;
    if (writer !== undefined) return writer;
    throw this.socket.stateError("send", transport.wrongState.send);
  }

  /** Waits for the end of a connection attempt, if one is in progress. */
  async #connected(syscall: string, wait: Wait | undefined): Promise<void> {
    const { attempt } = this.socket;
    if (attempt === undefined) return;
    await withDeadline(attempt, wait, { syscall });
    if (this.isClosed) throw osError({ code: "EBADF", syscall });
  }
}
