// deno-lint-ignore-file no-explicit-any -- classes and calls are made at run time, as Python's are
import * as asynchat from "../../../server/asynchat/mod.ts";
import * as asyncore from "../../../server/asyncore/mod.ts";
import { errnoCode } from "../../../socket/constants/errno.ts";
import { osError } from "../../../socket/errors.ts";
import * as socket from "../../../socket/mod.ts";
import { type Driver, Socket } from "../../../socket/mod.ts";
import { bytes } from "../../support/peers.ts";
import { posix } from "../../support/posix.ts";
import { camelCase, type Case, handlers, type Op, type Spec } from "./case.ts";
import type { Way } from "./python.ts";

class Planned extends Error {
  override name = "Planned";
}

/** The bytes that both make. */
function big(count: number): Uint8Array {
  return Uint8Array.from(
    { length: count },
    (_, i) => (i * 7 + Math.floor(i / 251)) % 256,
  );
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function textOf(data: Uint8Array): string {
  return Array.from(data, (byte) => String.fromCharCode(byte)).join("");
}

function adler32(data: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

function shown(data: Uint8Array): string {
  return data.length > 40
    ? `${data.length} bytes ${adler32(data)}`
    : `${data.length}:${textOf(data)}`;
}

function named(error: any): string {
  return error.errno === undefined
    ? error.name
    : `${error.name} ${errnoCode(error.errno)}`;
}

/** Gives a producer of pieces. */
function producer(
  add: (text: string) => void,
  name: string,
  pieces: string[],
): asynchat.Producer {
  return {
    more() {
      add(`${name}.more`);
      return latin1(pieces.shift() ?? "");
    },
  };
}

/** One case with this library. */
export class OurRun {
  readonly #case: Case;
  readonly #wait: Way;
  readonly #folder: string;
  readonly #driver: Driver | undefined;
  readonly #log: string[] = [];
  readonly #calls = new Map<string, number>();
  readonly #peers = new Map<string, Socket<any, any>>();
  readonly #ds = new Map<string, any>();
  /** All that has to be closed at the end. */
  readonly #sockets = new Set<Socket<any, any>>();
  readonly #maps = new Map<string, asyncore.SocketMap>();
  #map: asyncore.SocketMap = new Map();
  #paths = 0;

  constructor(
    case_: Case,
    wait: Way,
    folder: string,
    driver: Driver | undefined,
  ) {
    this.#case = case_;
    this.#wait = wait;
    this.#folder = folder;
    this.#driver = driver;
  }

  /** Does what the case says. */
  async go(): Promise<string[]> {
    await Deno.mkdir(this.#folder);
    try {
      for (const [action, ...args] of this.#case.script) {
        try {
          await this.#act(action, args);
        } catch (error) {
          this.#add(`${action} throws ${named(error)}`);
        }
      }
    } finally {
      for (const d of this.#ds.values()) {
        if (d.socket instanceof Socket) this.#sockets.add(d.socket);
        else d.socket?.close();
      }
      for (const s of this.#sockets) await s[Symbol.asyncDispose]();
    }
    return this.#log;
  }

  readonly #add = (text: string): void => {
    this.#log.push(text);
  };

  #act(action: string, args: readonly unknown[]): unknown {
    const script = this.#script[action];
    if (script !== undefined) return script(...args);
    const [name, ...rest] = args as [string, ...unknown[]];
    return this.#do(name, this.#ds.get(name), [action, ...rest]);
  }

  // Dispatchers.

  #make(name: string, sock?: Socket<any, any> | number): any {
    const spec = this.#case.specs[name];
    const { kind = "dispatcher" } = spec;
    const Base: any = kind === "async_chat" ? asynchat[kind] : asyncore[kind];
    const add = this.#add;
    class D extends Base {
      ignoreLogTypes = new Set();
      logInfo(message: string, type = "info") {
        add(`${name}.log_info ${type} ${message.split(",")[0]}`);
      }
      readable() {
        return spec.readable ?? true;
      }
      writable() {
        const { writable = "busy" } = spec;
        const isInherited = writable === "inherited" ||
          writable === "busy" && /send|chat/.test(kind);
        if (isInherited) return super.writable();
        return writable === "busy" ? !this.connected : writable;
      }
    }
    const names: string[] = [...handlers];
    if (kind === "async_chat") {
      names.push("collect_incoming_data", "found_terminator");
    }
    // deno-lint-ignore no-this-alias -- the method has a `this` of its own
    const run = this;
    for (const handler of names) {
      (D.prototype as any)[camelCase(handler)] = function (...args: any[]) {
        return run.#step(name, this, handler, args, Base, spec);
      };
    }
    const options = { driver: this.#driver };
    const d: any = new (D as any)(sock, this.#map, options);
    for (const [key, value] of Object.entries(spec.attributes ?? {})) {
      d[camelCase(key)] = value;
    }
    this.#ds.set(name, d);
    if (spec.terminator !== undefined) setTerminator(d, spec.terminator);
    return d;
  }

  async #step(
    name: string,
    d: any,
    handler: string,
    args: any[],
    Base: any,
    spec: Spec,
  ): Promise<void> {
    const key = `${name} ${handler}`;
    const call = (this.#calls.get(key) ?? 0) + 1;
    this.#calls.set(key, call);
    if (!spec.quiet?.includes(handler)) {
      const more = handler === "handle_error"
        ? ` ${named(args[0])}`
        : handler === "collect_incoming_data"
        ? ` ${shown(args[0])}`
        : "";
      this.#add(`${name}.${handler}${more}`);
    }
    let ops: any = spec.on?.[handler];
    if (ops === undefined) {
      ops = handler === "collect_incoming_data"
        ? [["collect"]]
        : handler === "found_terminator"
        ? []
        : [["super"]];
    }
    const first = ops[0];
    const isByCall = Array.isArray(first) &&
      (first.length === 0 || Array.isArray(first[0]));
    if (isByCall) ops = ops[Math.min(call, ops.length) - 1];
    for (const op of ops as Op[]) {
      if (op[0] === "super") {
        await Base.prototype[camelCase(handler)].apply(d, args);
      } else if (op[0] === "collect") d._collectIncomingData(args[0]);
      else if (op[0] === "give") this.#make(op[1] as string, args[0]);
      else await this.#do(name, d, op);
    }
  }

  async #do(name: string, d: any, [op, ...args]: Op): Promise<void> {
    const [first] = args as [any];
    switch (op) {
      case "recv":
        return this.#add(`${name}.recv ${shown(await d.recv(first))}`);
      case "recv_quietly":
        return await d.recv(first);
      case "recv_all_quietly": {
        const data = await d.recv(65536);
        d.total = Uint8Array.of(...d.total ?? [], ...data);
        return;
      }
      case "recv_oob": {
        const data = await d.socket.recv(first, socket.MSG_OOB);
        return this.#add(`${name}.recv_oob ${shown(data)}`);
      }
      case "recvfrom": {
        const [data, address] = await d.socket.recvfrom(first);
        d.peer = address;
        return this.#add(`${name}.recvfrom ${shown(data)}`);
      }
      case "answer":
        return await d.socket.sendto(bytes(first), d.peer);
      case "send": {
        const sent = await d.send(latin1(first));
        const isBuffered = d instanceof asyncore.dispatcher_with_send;
        return this.#add(`${name}.send${isBuffered ? "" : ` ${sent}`}`);
      }
      case "send_big":
        return await d.send(big(first));
      case "echo":
        return await d.send(await d.recv(8192));
      case "close":
        return await d.close();
      case "close_other":
        return await this.#ds.get(first).close();
      case "accept": {
        const pair = await d.accept();
        if (pair !== null) this.#sockets.add(pair[0]);
        return this.#add(`${name}.accept ${pair === null ? "None" : "pair"}`);
      }
      case "raise":
        if (first === "Planned") throw new Planned();
        if (first === "ExitNow") throw new asyncore.ExitNow();
        throw osError({ code: first, syscall: "planned" });
      case "set_terminator":
        return setTerminator(d, first);
      case "show_terminator": {
        const term = d.getTerminator();
        const text = term instanceof Uint8Array ? textOf(term) : term ?? "None";
        return this.#add(`${name}.terminator ${text}`);
      }
      case "push":
        return await d.push(latin1(first));
      case "push_big":
        return await d.push(big(first));
      case "push_data":
        return await d.push(d._getData());
      case "push_text":
        return await d.push(first);
      case "producer":
        return await d.pushWithProducer(
          producer(this.#add, name, [...args] as string[]),
        );
      case "simple_producer":
        return await d.pushWithProducer(
          new asynchat.simple_producer(big(first), args[1] as number),
        );
      case "get_data":
        return this.#add(`${name}.data ${shown(d._getData())}`);
      case "close_when_done":
      case "discard_buffers":
      case "initiate_send":
        return await d[camelCase(op)]();
      case "state": {
        const words = ["connected", "accepting", "connecting"]
          .filter((word) => d[word]);
        const maps = [...this.#map.values()].filter((each) => each === d);
        words.push(`in ${maps.length} maps`);
        words.push(d.addr === null ? "no address" : "an address");
        const fifo = d.producerFifo;
        if (fifo !== undefined) words.push(`${fifo.length} to send`);
        return this.#add(`${name} is ${words.join(" ")}`);
      }
      case "repr": {
        let text = String(d).replace(/^<\w+|>$/g, "");
        if (Array.isArray(d.addr)) text = text.replace(/\d+$/, "port");
        return this.#add(`${name} shows${text}`);
      }
      default:
        throw new Error(`Cannot do ${op}: unknown`);
    }
  }

  // What is done, peers included.

  #fresh(family: string): any {
    return family === "AF_UNIX" ? this.#path() : ["127.0.0.1", 0];
  }

  #path(): string {
    return `${this.#folder}/${++this.#paths}`;
  }

  #socketOf(
    family: string,
    type: string,
    driver: Driver | undefined = this.#driver,
  ): Socket<any, any> {
    const { [family]: f, [type]: t } = socket as any;
    const made = new Socket(f, t, undefined, { driver });
    this.#sockets.add(made);
    return made;
  }

  /** Peers are the kernel's own sockets, which can do all that the script asks of them. */
  #peer(name: string, family: string, type: string): Socket<any, any> {
    const peer = this.#socketOf(family, type, posix);
    this.#peers.set(name, peer);
    return peer;
  }

  #d(name: string): any {
    return this.#ds.get(name);
  }

  #p(name: string): Socket<any, any> {
    return this.#peers.get(name)!;
  }

  async #round(timeout = 1, map = this.#map): Promise<void> {
    const poll = this.#wait === "select" ? asyncore.poll : asyncore.poll2;
    await poll({ timeout, map });
  }

  get #reads(): number {
    return [...this.#calls].filter(([key]) => key.endsWith(" handle_read"))
      .reduce((sum, [, count]) => sum + count, 0);
  }

  readonly #script: Readonly<Record<string, (...args: any[]) => unknown>> = {
    peer_listen: (name, family = "AF_INET") => {
      const s = this.#peer(name, family, "SOCK_STREAM");
      s.bind(this.#fresh(family));
      s.listen(5);
    },
    peer_accept: async (listener, name) => {
      const [s] = await this.#p(listener).accept();
      this.#sockets.add(s);
      this.#peers.set(name, s);
    },
    peer_connect: async (name, d, family = "AF_INET") => {
      const s = this.#peer(name, family, "SOCK_STREAM");
      await s.connect(this.#d(d).socket.getsockname());
    },
    peer_datagram: (name) => {
      this.#peer(name, "AF_INET", "SOCK_DGRAM").bind(["127.0.0.1", 0]);
    },
    peer_sendto: async (name, d, text) => {
      await this.#p(name).sendto(
        bytes(text),
        this.#d(d).socket.getsockname(),
      );
    },
    peer_send: (name, text) => this.#p(name).sendall(latin1(text)),
    peer_oob: (name, text) => this.#p(name).send(bytes(text), socket.MSG_OOB),
    peer_recv: async (name, count) => {
      this.#add(`${name} gets ${shown(await this.#p(name).recv(count))}`);
    },
    peer_recv_all: async (name) => {
      const parts: Uint8Array[] = [];
      for (let part; (part = await this.#p(name).recv(65536)).length > 0;) {
        parts.push(part);
      }
      const data = await joined(parts);
      this.#add(`${name} gets ${shown(data)} and the end`);
    },
    peer_shutdown: (name) => this.#p(name).shutdown(socket.SHUT_WR),
    peer_close: (name) => this.#p(name).close(),
    peer_reset: (name) => {
      const s = this.#p(name);
      const linger = new Uint8Array(new Int32Array([1, 0]).buffer);
      s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger);
      s.close();
    },
    peer_small: (name) => {
      this.#p(name).setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096);
    },
    pump: async (name, count) => {
      const s = this.#p(name);
      const parts: Uint8Array[] = [];
      let length = 0;
      s.setblocking(false);
      for (let round = 0; round < 100000 && length < count; round++) {
        await this.#round(0.01);
        try {
          const part = await s.recv(65536);
          if (part.length === 0) break;
          parts.push(part);
          length += part.length;
        } catch (error) {
          if (!(error instanceof socket.BlockingIOError)) throw error;
        }
      }
      s.setblocking(true);
      this.#add(`${name} gets ${shown(await joined(parts))}`);
    },
    feed: async (name, text, size = 1) => {
      for (let at = 0; at < text.length; at += size) {
        await this.#p(name).sendall(latin1(text.slice(at, at + size)));
        const reads = this.#reads;
        for (let round = 0; round < 100 && this.#reads === reads; round++) {
          await this.#round(1);
        }
      }
    },
    pair: async (d, peer, family = "AF_INET") => {
      const listener = this.#socketOf(family, "SOCK_STREAM", posix);
      listener.bind(this.#fresh(family));
      listener.listen(1);
      const s = this.#socketOf(family, "SOCK_STREAM");
      const address = listener.getsockname();
      const [[accepted]] = await Promise.all([
        listener.accept(),
        s.connect(address),
      ]);
      this.#sockets.add(accepted);
      this.#peers.set(peer, accepted);
      listener.close();
      this.#make(d, s);
    },
    file: async (d, peer) => {
      const driver = this.#driver;
      const ends = await socket.socketpair(undefined, undefined, 0, { driver });
      const [one, other] = ends;
      this.#sockets.add(other);
      this.#peers.set(peer, other);
      this.#make(d, one.fileno());
      one.close();
    },
    unconnected: (d) => {
      this.#make(d, this.#socketOf("AF_INET", "SOCK_STREAM"));
    },
    closed_socket: (d) => {
      const s = this.#socketOf("AF_INET", "SOCK_STREAM");
      s.close();
      this.#make(d, s);
    },
    create_socket: (d, family = "AF_INET", type = "SOCK_STREAM") => {
      const { [family]: f, [type]: t } = socket as any;
      this.#make(d).createSocket(f, t, { driver: this.#driver });
      this.#sockets.add(this.#d(d).socket);
    },
    bind: (d, family = "AF_INET") => this.#d(d).bind(this.#fresh(family)),
    bind_as: (d, other) => this.#d(d).bind(this.#d(other).socket.getsockname()),
    listen: (d, count = 5) => this.#d(d).listen(count),
    serve: (d, family = "AF_INET") => {
      this.#script.create_socket(d, family);
      this.#d(d).setReuseAddr();
      this.#script.bind(d, family);
      this.#script.listen(d);
    },
    connect: (d, peer) => this.#d(d).connect(this.#p(peer).getsockname()),
    connect_to: (d, other) =>
      this.#d(d).connect(this.#d(other).socket.getsockname()),
    connect_nowhere: async (d) => {
      const s = this.#socketOf("AF_INET", "SOCK_STREAM", posix);
      s.bind(["127.0.0.1", 0]);
      const address = s.getsockname();
      s.close();
      await this.#d(d).connect(address);
    },
    connect_no_path: (d) => this.#d(d).connect(this.#path()),
    close_socket: (d) => this.#d(d).socket.close(),
    round: (timeout) => this.#round(timeout),
    until: async (text, times = 1) => {
      for (let round = 0; round < 300; round++) {
        const found = this.#log.filter((line) => line.startsWith(text));
        if (found.length >= times) return;
        await this.#round(1);
      }
      this.#add(`never ${text}`);
    },
    idle: async () => {
      for (let round = 0; round < 100; round++) {
        const before = this.#log.length;
        await this.#round(0.02);
        if (this.#log.length === before) return;
      }
      this.#add("never idle");
    },
    loop: async (count) => {
      const usePoll = this.#wait === "poll";
      await asyncore.loop({ timeout: 1, usePoll, map: this.#map, count });
      this.#add(`loop ends with ${this.#map.size}`);
    },
    close_all: async (ignoreAll = false) => {
      await asyncore.closeAll({ map: this.#map, ignoreAll });
      this.#add(`close_all leaves ${this.#map.size}`);
    },
    other_map: (name) => {
      this.#maps.set(name, this.#map);
      this.#map = new Map();
    },
    this_map: (name) => {
      const map = this.#maps.get(name)!;
      this.#maps.set(name, this.#map);
      this.#map = map;
    },
    faulty_close: (d, error) => {
      this.#d(d).close = () => {
        this.#add(`${d}.close`);
        return this.#do(d, null, ["raise", error]);
      };
    },
    total: (d) => this.#add(`${d} got ${shown(this.#d(d).total)}`),
    size: () => this.#add(`the map has ${this.#map.size}`),
  };
}

function setTerminator(d: any, term: string | number | null): void {
  d.setTerminator(typeof term === "string" ? latin1(term) : term);
}

async function joined(parts: Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}
