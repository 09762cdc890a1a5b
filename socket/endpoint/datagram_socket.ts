import { type Address, isSameAddress } from "../address.ts";
import { AF_UNIX, IPPROTO_UDP, SHUT_RD, SHUT_WR } from "../constants/mod.ts";
import { POLLHUP, RECEIVING, SENDABLE } from "../constants/poll.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";
import { type Wait, withDeadline } from "../wait.ts";
import { DatagramReader } from "./datagram_reader.ts";
import type {
  DatagramConn,
  DatagramSettings,
  DatagramTransport,
  Membership,
  Target,
} from "./datagram_transport.ts";
import { DatagramWriter } from "./datagram_writer.ts";

// The lowest ephemeral port of Linux; other systems begin higher.
const EPHEMERAL = 32768;

// How many destinations a socket remembers.
const TARGETS = 64;

/** A datagram socket, which one or more endpoints share. */
export class DatagramSocket {
  readonly transport: DatagramTransport;
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  /** The number of endpoints that share the socket. */
  handles = 1;
  readonly settings: DatagramSettings = {
    broadcast: false,
    reuseAddress: false,
    multicastLoop: true,
    v6only: false,
    ttl: undefined,
    multicastTtl: undefined,
    multicastInterface: undefined,
    memberships: [],
  };
  readonly reader: DatagramReader;
  writer: DatagramWriter | undefined;
  conn: DatagramConn | undefined;
  peer: Target | undefined;
  readonly isListening = false;
  /** The address that a send or a connect has bound the socket to. */
  #autobound: Address | undefined;
  #error: OSError | undefined;
  #isWriteShut = false;
  #hasSentToPeer = false;
  /** Destinations, by port or path: a socket mostly sends to the same few addresses again. */
  readonly #targets = new Map<unknown, { asked: Address; target: Target }>();

  /** Creates an unbound socket. */
  constructor(
    transport: DatagramTransport,
    family: number,
    type: number,
    proto: number,
  ) {
    this.transport = transport;
    this.family = family;
    this.type = type;
    this.proto = proto;
    this.reader = new DatagramReader(transport);
  }

  get protocol(): number {
    return this.family === AF_UNIX ? this.proto : IPPROTO_UDP;
  }

  /** The local address; the family's wildcard address if the socket is unbound. */
  get local(): Address {
    const local = this.conn?.local ?? this.transport.any;
    return this.peer === undefined
      ? local
      : this.transport.sourceAddress(local, this.peer.address);
  }

  takeError(): number {
    const error = this.#error;
    this.#error = undefined;
    return error?.errno ?? 0;
  }

  /** Binds to a local address. */
  bind(address: Address): void {
    if (this.conn !== undefined) {
      throw osError({ code: "EINVAL", syscall: "bind", address });
    }
    this.#open(address, { syscall: "bind", address });
  }

  /** Returns the events that `poll` reports. */
  poll(): number {
    const { reader, writer } = this;
    const events = reader.poll() | (writer?.poll() ?? SENDABLE);
    const isOver = reader.hasEnded && this.#isWriteShut;
    return isOver ? events | POLLHUP : events;
  }

  /**
   * Calls `observer` at every event that may change the result of `poll`, until
   * the returned function is called.
   */
  observe(
    events: number,
    observer: () => void,
    holds: boolean,
  ): () => void {
    const { reader, writer } = this;
    const cancels: (() => void)[] = [];
    // Only a receive reports errors.
    if ((events & RECEIVING) !== 0 || events === 0) {
      cancels.push(reader.observe(observer, holds));
    }
    if ((events & ~RECEIVING) !== 0 && writer !== undefined) {
      cancels.push(writer.observe(observer));
    }
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  /** Sets the peer: the socket sends only to it and receives only from it. */
  async connect(address: Address, wait: Wait | undefined): Promise<void> {
    const fields = { syscall: "connect", address };
    const found = this.transport.target("connect", address);
    const target = found instanceof Promise
      ? await withDeadline(found, wait, fields)
      : found;
    this.transport.check(target, this.settings, "connect");
    await this.transport.probe?.(target).catch((error) => {
      throw this.transport.explain(error, fields, [target.address]);
    });
    if (this.handles === 0) throw osError({ ...fields, code: "EBADF" });
    this.#autobind(fields, target.address);
    this.peer = target;
    this.#hasSentToPeer = false;
    this.reader.peer = target.address;
    this.reader.filter = (sender) => sender !== null && this.#isPeer(sender);
  }

  /** Whether a sender is the peer; for one known by name only the first that answers from its port is taken. */
  #isPeer(sender: Address): boolean {
    const { peer, transport } = this;
    if (peer === undefined) return false;
    if (!peer.isName) return transport.same(sender, peer.address);
    if (!this.#hasSentToPeer || sender[1] !== peer.address[1]) return false;
    this.peer = { address: sender, host: peer.host };
    return true;
  }

  /** Sends a datagram to an address, or to the peer. */
  send(
    data: Uint8Array | readonly Uint8Array[],
    address: Address | null,
    wait: Wait | undefined,
    owner: object,
  ): Promise<number> {
    const to = address ?? this.peer?.address;
    if (this.#isWriteShut) {
      throw osError({ code: "EPIPE", syscall: "send", address: to });
    }
    const found = address === null ? this.peer : this.#target(address);
    this.#hasSentToPeer ||= found === this.peer;
    if (found === undefined || to === undefined) {
      throw osError({ code: this.transport.noPeer, syscall: "send" });
    }
    let target = found;
    if (found instanceof Promise) {
      target = found.then((target) => this.#checked(target));
      target.catch(() => {});
    } else this.#checked(found);
    if (this.conn === undefined) {
      this.#autobind({ syscall: "send", address: to }, undefined);
    }
    return this.writer!.send(data, target, to, wait, owner);
  }

  /** Throws if a datagram may not be sent to a target, which the settings decide. */
  #checked(target: Target): Target {
    this.transport.check(target, this.settings, "send");
    return target;
  }

  /** Takes over an open socket of the runtime. */
  attach(conn: DatagramConn): void {
    this.conn = conn;
    this.reader.attach(conn);
    this.writer = new DatagramWriter(
      conn,
      (error, address) =>
        this.transport.explain(
          error,
          { syscall: "send", address },
          this.#autobound === undefined
            ? [replyTarget(address)]
            : [this.#autobound, address],
        ),
    );
  }

  /** Shuts down one half or both. */
  shutdown(how: number): void {
    if (how !== SHUT_WR) this.reader.shutdown();
    if (how !== SHUT_RD) this.#isWriteShut = true;
    // As on Linux: the shutdown takes effect although the call fails.
    if (this.peer === undefined && this.family !== AF_UNIX) {
      throw osError({ code: "ENOTCONN", syscall: "shutdown" });
    }
  }

  /** Changes a setting; returns false if that is possible only before binding. */
  set<K extends keyof DatagramSettings>(
    name: K,
    value: DatagramSettings[K],
  ): boolean {
    if (this.conn !== undefined && this.settings[name] !== value) {
      if (!this.conn.set?.(name, value)) return false;
    }
    this.settings[name] = value;
    return true;
  }

  /** Joins a multicast group, on an unbound socket when it is bound; returns false if the runtime cannot. */
  join(membership: Membership): boolean {
    if (this.conn !== undefined) {
      if (this.conn.join === undefined) return false;
      if (membership.source !== undefined && !this.conn.joinsSources) {
        return false;
      }
      this.#follow(this.conn.join(membership));
    }
    this.settings.memberships.push(membership);
    return true;
  }

  /** Leaves the group at this index of the list; returns false if the runtime cannot. */
  leave(index: number): boolean {
    const [membership] = this.settings.memberships.slice(index);
    if (this.conn !== undefined) {
      if (this.conn.leave === undefined) return false;
      this.#follow(this.conn.leave(membership));
    }
    this.settings.memberships.splice(index, 1);
    return true;
  }

  /** Returns the runtime's object; throws EBUSY if bytes or pending calls would be lost. */
  detach(): unknown {
    const { conn, reader, writer } = this;
    const fields = { syscall: "detach", address: conn?.local };
    if (conn === undefined) throw osError({ ...fields, code: "ENOTCONN" });
    if (
      this.handles > 1 || reader.isRunning || reader.hasBuffered ||
      writer?.isBusy
    ) {
      throw osError({
        ...fields,
        code: "EBUSY",
        hint:
          "finish pending calls, receive what has arrived and close duplicates first",
      });
    }
    if (conn.resource === undefined) {
      throw osError({
        ...fields,
        code: "EOPNOTSUPP",
        hint:
          "only a socket of Deno.listenDatagram (--unstable-net) can be detached",
      });
    }
    return conn.resource;
  }

  /** Closes everything; resolves when the port is free again. */
  async close(signal?: AbortSignal): Promise<void> {
    const { reader, writer, conn } = this;
    reader.close();
    const promised = writer?.close(signal);
    if (promised !== undefined) await promised;
    await Promise.all([conn?.close(), reader.settled(), writer?.settled()]);
  }

  /** Binds an unbound socket before it sends, as the kernel does. */
  #autobind(fields: OSErrorFields, peer: Address | undefined): void {
    if (this.conn !== undefined) return;
    this.#autobound = this.transport.autobindAddress(peer);
    this.#open(this.#autobound, fields);
  }

  #open(local: Address, fields: OSErrorFields): void {
    const { transport } = this;
    const ends = fields.address && fields.address !== local
      ? [local, fields.address]
      : [local];
    try {
      this.attach(transport.open(local, this.settings));
    } catch (error) {
      throw transport.explain(error, fields, ends);
    }
  }

  #target(address: Address): Target | Promise<Target> {
    const targets = this.#targets;
    const key = Array.isArray(address) ? address[1] : address;
    const known = targets.get(key);
    if (known !== undefined && isSameAddress(known.asked, address)) {
      return known.target;
    }
    const target = this.transport.target("send", address);
    if (!(target instanceof Promise)) {
      if (targets.size >= TARGETS) targets.delete(targets.keys().next().value);
      targets.set(key, { asked: address, target });
    }
    return target;
  }

  /** Keeps an error that the runtime reports later, for the next receive and SO_ERROR. */
  #follow(event: Promise<unknown> | void): void {
    event?.catch((error) => {
      this.#error = this.transport.explain(error, {
        syscall: "setsockopt",
        subject: "the multicast group",
      });
      this.reader.fail(this.#error);
    });
  }
}

/**
 * Gives the address that an answer needs a permission for: a port of the
 * ephemeral ones (as Linux has them, and the widest) is another one with each
 * client, so it is left out.
 */
function replyTarget(address: Address): Address {
  if (!Array.isArray(address) || Number(address[1]) < EPHEMERAL) return address;
  return [address[0]] as unknown as Address;
}
