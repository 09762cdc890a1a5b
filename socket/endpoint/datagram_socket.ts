import type { Address } from "../address.ts";
import { AF_UNIX, SHUT_RD, SHUT_WR } from "../constants/mod.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";
import { type Wait, watch, withDeadline } from "../wait.ts";
import type {
  Channel,
  DatagramSettings,
  DatagramTransport,
  Membership,
  Target,
} from "./datagram_transport.ts";
import { translate } from "../sandbox/errors.ts";
import { Inbox } from "./datagram_reader.ts";
import { Outbox } from "./datagram_writer.ts";

// How long closing waits for datagrams that a timed-out send has promised; seconds.
const LINGER = 10;

/** A socket for datagrams, which one or more endpoints share. */
export class DatagramSocket {
  readonly transport: DatagramTransport;
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  /** How many endpoints share it. */
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
  readonly inbox = new Inbox();
  outbox: Outbox | undefined;
  channel: Channel | undefined;
  peer: Target | undefined;
  /** Whether it was bound by a send or a connect. */
  #automatic: Address | undefined;
  #error: OSError | undefined;
  #shutWrite = false;

  /** Makes an unbound socket. */
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
  }

  /** The local address; the family's "any" before there is one. */
  get local(): Address {
    const local = this.channel?.local ?? this.transport.any;
    return this.peer === undefined
      ? local
      : this.transport.seen(local, this.peer.address);
  }

  takeError(): number {
    const error = this.#error;
    this.#error = undefined;
    return error?.errno ?? 0;
  }

  /** Binds to a local address. */
  bind(address: Address): void {
    if (this.channel !== undefined) {
      throw osError({ code: "EINVAL", syscall: "bind", address });
    }
    this.#open(address, { syscall: "bind", address }, undefined);
  }

  /** Takes an open socket of Deno's. */
  adopt(conn: Deno.DatagramConn): void {
    this.#attach(this.transport.adopt(conn));
  }

  /** Sets the peer: only it is sent to and received from. */
  async connect(address: Address, wait: Wait | undefined): Promise<void> {
    const fields = { syscall: "connect", address };
    const found = this.transport.target("connect", address);
    const target = found instanceof Promise
      ? await withDeadline(found, wait, fields)
      : found;
    this.transport.check(target, this.settings, "connect");
    this.bindAutomatically(fields, target.address);
    this.peer = target;
    const { transport } = this;
    this.inbox.accepts = (sender) =>
      sender !== null && transport.same(sender, target.address);
  }

  /** Sends a datagram to an address, or to the peer. */
  send(
    data: Uint8Array,
    address: Address | null,
    wait: Wait | undefined,
    owner: object,
  ): Promise<number> {
    if (wait?.signal?.aborted) throw wait.signal.reason;
    const to = address ?? this.peer?.address;
    if (this.#shutWrite) {
      throw osError({ code: "EPIPE", syscall: "send", address: to });
    }
    const found = address === null
      ? this.peer
      : this.transport.target("send", address);
    if (found === undefined || to === undefined) {
      throw osError({ code: this.transport.noPeer, syscall: "send" });
    }
    const check = (target: Target) => {
      this.transport.check(target, this.settings, "send");
      return target;
    };
    let target: Target | Promise<Target>;
    if (found instanceof Promise) {
      target = found.then(check);
      target.catch(() => {});
    } else target = check(found);
    if (this.channel === undefined) {
      this.bindAutomatically({ syscall: "send", address: to }, undefined);
    }
    return this.outbox!.send(data, target, to, wait, owner);
  }

  /** Binds a socket that is to send and has no address yet, as the kernel does. */
  bindAutomatically(fields: OSErrorFields, peer: Address | undefined): void {
    if (this.channel !== undefined) return;
    const local = this.transport.automatic(peer);
    this.#automatic = local;
    this.#open(local, fields, fields.address ?? undefined);
  }

  /** Shuts one half or both. */
  shutdown(how: number): void {
    if (how !== SHUT_WR) this.inbox.shutdown();
    if (how !== SHUT_RD) this.#shutWrite = true;
    // As on Linux: it is done, and complained of all the same.
    if (this.peer === undefined && this.family !== AF_UNIX) {
      throw osError({ code: "ENOTCONN", syscall: "shutdown" });
    }
  }

  /** Changes a setting; false where that had to be done before binding. */
  set<K extends keyof DatagramSettings>(
    name: K,
    value: DatagramSettings[K],
  ): boolean {
    if (this.channel !== undefined && this.settings[name] !== value) {
      if (!this.channel.set?.(name, value)) return false;
    }
    this.settings[name] = value;
    return true;
  }

  /** Joins a multicast group, or will when it is bound; false where the runtime cannot. */
  join(membership: Membership): boolean {
    if (this.channel !== undefined) {
      if (this.channel.join === undefined) return false;
      this.#follow(this.channel.join(membership));
    }
    this.settings.memberships.push(membership);
    return true;
  }

  /** Leaves the group at this place of the list; false where the runtime cannot. */
  leave(index: number): boolean {
    const [membership] = this.settings.memberships.slice(index);
    if (this.channel !== undefined) {
      if (this.channel.leave === undefined) return false;
      this.#follow(this.channel.leave(membership));
    }
    this.settings.memberships.splice(index, 1);
    return true;
  }

  /** Gives Deno's own object away, if nothing would be lost with it. */
  giveAway(): unknown {
    const { channel, inbox, outbox } = this;
    const fields = { syscall: "detach", address: channel?.local };
    if (channel === undefined) throw osError({ ...fields, code: "ENOTCONN" });
    if (this.handles > 1 || inbox.busy || inbox.ahead || outbox?.busy) {
      throw osError({
        ...fields,
        code: "EBUSY",
        hint:
          "finish pending calls, receive what has come and close duplicates first",
      });
    }
    if (channel.resource === undefined) {
      throw osError({
        ...fields,
        code: "EOPNOTSUPP",
        hint: "only a socket of Deno.listenDatagram (--unstable-net) can be",
      });
    }
    return channel.resource;
  }

  /** Closes everything; resolves when the port is free again. */
  async close(): Promise<void> {
    const { inbox, outbox, channel } = this;
    inbox.close("EBADF");
    outbox?.close();
    if (outbox?.promised) await this.#linger(outbox);
    await Promise.all([channel?.close(), inbox.quiet(), outbox?.idle()]);
  }

  #open(
    local: Address,
    fields: OSErrorFields,
    peer: Address | undefined,
  ): void {
    let channel: Channel;
    try {
      channel = this.transport.open(local, this.settings);
    } catch (error) {
      throw this.#explain(error, fields, local, peer);
    }
    this.#attach(channel);
  }

  #attach(channel: Channel): void {
    this.channel = channel;
    this.inbox.attach(channel);
    this.outbox = new Outbox(
      channel,
      (error, address) =>
        this.#explain(
          error,
          { syscall: "send", address },
          this.#automatic,
          address,
        ),
    );
  }

  /** Makes our error of the runtime's; one of a permission names all flags that the call needs. */
  #explain(
    error: unknown,
    fields: OSErrorFields,
    local: Address | undefined,
    peer: Address | undefined,
  ): unknown {
    if (!(error instanceof Deno.errors.NotCapable)) {
      return translate(error, fields);
    }
    return osError({
      ...fields,
      code: "EACCES",
      hint: `run again with ${this.transport.flags(local, peer)}`,
      cause: error,
    });
  }

  /** Keeps the error of what the runtime tells only later, for the next receive and SO_ERROR. */
  #follow(event: Promise<unknown> | void): void {
    event?.catch((error) => {
      this.#error = translate(error, {
        syscall: "setsockopt",
        subject: "the multicast group",
      });
      this.inbox.fail(this.#error);
    });
  }

  /** As the kernel does with its own buffer: a datagram that was taken is still sent. */
  #linger(outbox: Outbox): Promise<void> {
    const deadline = performance.now() + LINGER * 1000;
    return new Promise((resolve) => {
      const end = () => resolve();
      const stop = watch({ deadline, signal: undefined }, end, end);
      outbox.idle().then(end).finally(stop);
    });
  }
}
