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
import { type OSError, osError } from "../errors.ts";
import { type Wait, withDeadline } from "../wait.ts";
import { getDatagramOption, setDatagramOption } from "./datagram_options.ts";
import type { DatagramSocket } from "./datagram_socket.ts";
import { unsupported } from "../sandbox/errors.ts";

// MSG_WAITALL means nothing to a datagram, as in the kernel.
const RECV_FLAGS = MSG_PEEK | MSG_WAITALL;
const SEND_FLAGS = MSG_NOSIGNAL > 0 ? MSG_NOSIGNAL : 0;

/** One endpoint on a socket for datagrams: checks the call's state and knows which calls are its own. */
export class DatagramEndpoint implements Endpoint {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly #socket: DatagramSocket;
  #closed: Promise<void> | undefined;

  /** An endpoint of its own on `socket`. */
  constructor(socket: DatagramSocket) {
    this.#socket = socket;
    this.family = socket.family;
    this.type = socket.type;
    this.proto = socket.proto;
  }

  get resource(): unknown {
    return this.#socket.channel?.resource;
  }

  bind(address: Address): void {
    this.#open("bind").bind(address);
  }

  listen(): void {
    const { local } = this.#open("listen");
    throw osError({ code: "EOPNOTSUPP", syscall: "listen", address: local });
  }

  // deno-lint-ignore require-await
  async accept(): Promise<Endpoint> {
    const { local } = this.#open("accept");
    throw osError({ code: "EOPNOTSUPP", syscall: "accept", address: local });
  }

  async connect(address: Address, wait: Wait | undefined): Promise<void> {
    const socket = this.#open("connect");
    wait?.signal?.throwIfAborted();
    await socket.connect(address, wait);
  }

  shutdown(how: number): void {
    const socket = this.#open("shutdown");
    if (how < SHUT_RD || how > SHUT_RDWR) {
      throw osError({ code: "EINVAL", syscall: "shutdown" });
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
    try {
      return this.#receiving(flags).recv(size, flags, wait, this);
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
      return this.#receiving(flags).recvInto(buffer, flags, wait, this);
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
      const inbox = this.#receiving(flags);
      if (ancillarySize > 0) throw unable("recv", "ancillary data");
      return inbox.recvmsg(size, flags, wait, this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.sendmsg(data, [], flags, null, wait);
  }

  async sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    await this.sendmsg(data, [], flags, null, wait);
  }

  sendmsg(
    data: Uint8Array,
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number> {
    try {
      const socket = this.#open("send");
      checkFlags("send", flags & ~SEND_FLAGS);
      if (ancillary.length > 0) throw unable("send", "ancillary data");
      return socket.send(data, address, wait, this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  getsockopt(level: number, name: number, size: number): Uint8Array {
    return getDatagramOption(this.#open("getsockopt"), level, name, size);
  }

  setsockopt(
    level: number,
    name: number,
    value: Uint8Array | null,
    size: number,
  ): void {
    setDatagramOption(this.#open("setsockopt"), level, name, value, size);
  }

  getsockname(): Address {
    return this.#open("getsockname").local;
  }

  getpeername(): Address {
    const { peer } = this.#open("getpeername");
    // As on Linux, a connection to port 0 has no peer to tell.
    if (peer === undefined || (this.family !== AF_UNIX && !peer.address[1])) {
      throw osError({ code: "ENOTCONN", syscall: "getpeername" });
    }
    return peer.address;
  }

  async readable(wait: Wait | undefined): Promise<void> {
    await this.#open("recv").inbox.readable(wait, this);
  }

  async writable(wait: Wait | undefined): Promise<void> {
    const { outbox } = this.#open("send");
    if (outbox?.busy) {
      await withDeadline(outbox.idle(), wait, { syscall: "send" });
    }
  }

  dup(): Endpoint {
    const socket = this.#open("dup");
    socket.handles++;
    return new DatagramEndpoint(socket);
  }

  detach(): unknown {
    const resource = this.#open("detach").giveAway();
    this.#closed = Promise.resolve();
    return resource;
  }

  #receiving(flags: number) {
    const { inbox } = this.#open("recv");
    checkFlags("recv", flags & ~RECV_FLAGS);
    return inbox;
  }

  #open(syscall: string): DatagramSocket {
    if (this.#closed !== undefined) throw osError({ code: "EBADF", syscall });
    return this.#socket;
  }

  async #close(): Promise<void> {
    const socket = this.#socket;
    if (--socket.handles === 0) return await socket.close();
    socket.inbox.release(this);
    socket.outbox?.release(this);
  }
}

function checkFlags(syscall: string, strange: number): void {
  if (strange === 0) return;
  throw unable(syscall, `with flags 0x${strange.toString(16)}`);
}

function unable(syscall: string, subject: string): OSError {
  return unsupported({ code: "EOPNOTSUPP", syscall, subject });
}
