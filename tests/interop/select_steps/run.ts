// Runs steps with this library, as run.py does with CPython.
import {
  createConnection,
  createServer,
  type Driver,
  MSG_OOB,
  SHUT_RD,
  SO_ERROR,
  SO_LINGER,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} from "../../../socket/mod.ts";
import { errno } from "../../../socket/constants/errno.ts";
import * as select from "../../../socket/select/mod.ts";
import * as selectors from "../../../socket/selectors/mod.ts";
import { bytes, text } from "../../support/peers.ts";
import { posix } from "../../support/posix.ts";

/** A step: the call and what it is given. */
export type Step = readonly [call: string, ...args: unknown[]];

type Selectable = select.Selectable;

const LONG = 10;

/** Gives what names of constants stand for, or the value itself. */
function number(value: unknown): number {
  if (typeof value !== "string" || value === "a text") return value as number;
  return value.split("|").map((name) =>
    /^\d+$/.test(name)
      ? Number(name)
      : (select as unknown as Record<string, number>)[name]
  ).reduce((all, flag) => all | flag, 0);
}

function compare(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

/** The state of one scenario. */
class Scenario {
  readonly #things = new Map<string, unknown>();
  readonly #sockets: Socket[] = [];
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** What is named p… is the peer, which can do everything. */
  #driverOf(name: string): Driver {
    return name.startsWith("p") ? posix : this.#driver;
  }

  #keep(name: string, socket: unknown): void {
    this.#things.set(name, socket);
    this.#sockets.push(socket as Socket);
  }

  #socket(name: string): Socket {
    return this.#things.get(name) as Socket;
  }

  #value(name: unknown): Selectable {
    const has = typeof name === "string" && this.#things.has(name);
    const thing = has ? this.#things.get(name) : name;
    // An epoll is registered as itself.
    return (thing instanceof Polling ? thing.inner : thing) as Selectable;
  }

  #nameOf(thing: unknown): string {
    for (const [name, each] of this.#things) {
      if (each === thing || (each instanceof Polling && each.inner === thing)) {
        return name;
      }
    }
    return thing as string;
  }

  async #nobody(): Promise<[string, number]> {
    const server = createServer(["127.0.0.1", 0], { driver: posix });
    const address = server.getsockname() as [string, number];
    await server[Symbol.asyncDispose]();
    return address;
  }

  readonly calls: Record<
    string,
    (...args: never[]) => unknown
  > = {
    listener: (name: string) =>
      this.#keep(
        name,
        createServer(["127.0.0.1", 0], { driver: this.#driverOf(name) }),
      ),
    connection: async (a: string, b: string) => {
      await using l = createServer(["127.0.0.1", 0], {
        driver: this.#driverOf(b),
      });
      this.#keep(
        a,
        await createConnection(l.getsockname(), { driver: this.#driverOf(a) }),
      );
      this.#keep(b, (await l.accept())[0]);
    },
    socket: (name: string) =>
      this.#keep(
        name,
        new Socket(undefined, undefined, 0, { driver: this.#driverOf(name) }),
      ),
    udp: (name: string) => {
      const driver = this.#driverOf(name);
      const socket = new Socket(undefined, SOCK_DGRAM, 0, { driver });
      socket.bind(["127.0.0.1", 0]);
      this.#keep(name, socket);
    },
    object: (name: string, of: string) => {
      const sock = this.#socket(of);
      this.#things.set(name, { sock, fileno: () => sock.fileno() });
    },
    copy: (name: string, of: string) =>
      this.#keep(name, this.#socket(of).dup()),
    connect: async (name: string, to: string) =>
      this.#keep(
        name,
        await createConnection(
          this.#socket(to).getsockname() as [string, number],
          { driver: this.#driverOf(name) },
        ),
      ),
    connecting: async (name: string, to: string | null) => {
      const driver = this.#driverOf(name);
      const socket = new Socket(undefined, undefined, 0, { driver });
      this.#keep(name, socket);
      socket.setblocking(false);
      const outcome = await socket.connectEx(
        to === null ? await this.#nobody() : this.#socket(to).getsockname(),
      );
      return outcome === 0 || outcome === errno.EINPROGRESS;
    },
    accept: async (name: string, of: string) =>
      this.#keep(name, (await this.#socket(of).accept())[0]),
    send: (name: string, text: string) =>
      this.#socket(name).sendall(bytes(text)),
    urgent: (name: string, text: string) =>
      this.#socket(name).send(bytes(text), MSG_OOB),
    sendto: (name: string, to: string, text: string) =>
      this.#socket(name).sendto(bytes(text), this.#socket(to).getsockname()),
    recv: async (name: string, size: number) =>
      text(await this.#socket(name).recv(size)),
    recv_urgent: async (name: string) =>
      text(await this.#socket(name).recv(1, MSG_OOB)),
    shutdown: (name: string, how: number) =>
      this.#socket(name).shutdown(how + SHUT_RD),
    error: (name: string) =>
      this.#socket(name).getsockopt(SOL_SOCKET, SO_ERROR),
    close: (name: string) => this.#socket(name).close(),
    reset: (name: string) => {
      const atOnce = new Uint8Array(new Int32Array([1, 0]).buffer);
      this.#socket(name).setsockopt(SOL_SOCKET, SO_LINGER, atOnce);
      this.#socket(name).close();
    },
    until: async (name: string, events: string) => {
      const wanted = number(events);
      const poller = select.poll();
      poller.register(this.#socket(name), wanted);
      const end = performance.now() + LONG * 1000;
      while (performance.now() < end) {
        for (const [, found] of await poller.poll(LONG * 1000)) {
          if ((found & wanted) === wanted) return "all";
        }
      }
      return "never";
    },
    select: async (
      r: unknown[],
      w: unknown[],
      x: unknown[],
      timeout?: number | null,
    ) => {
      const [rs, ws, xs] = [r, w, x].map((names) =>
        names.map((name) => this.#value(name))
      );
      const ready = await select.select(rs, ws, xs, timeout, {
        driver: this.#driver,
      });
      return ready.map((list) => list.map((each) => this.#nameOf(each)));
    },
    poll: (name: string) => {
      const poller = select.poll<Selectable>({ driver: this.#driver });
      this.#things.set(name, new Polling(poller, this.#names));
    },
    epoll: (name: string, ...[hint, flags]: [number?, number?]) => {
      const queue = select.epoll(hint, flags, { driver: this.#driver });
      this.#things.set(name, new Polling(queue, this.#names));
    },
    selector: (name: string, kind: string) => {
      const Class = selectors[kind as "PollSelector"];
      this.#things.set(
        name,
        new Selecting(new Class({ driver: this.#driver }), this.#names),
      );
    },
  };

  readonly #names: Names = {
    value: (name) => this.#value(name),
    nameOf: (thing) => this.#nameOf(thing),
  };

  async run([call, ...args]: Step): Promise<unknown> {
    try {
      const [name, method] = call.split(".");
      if (method === undefined) {
        return await this.calls[call](...args as never[]) ?? null;
      }
      const thing = this.#things.get(name) as Record<
        string,
        (...args: unknown[]) => unknown
      >;
      return await thing[method](...args) ?? null;
    } catch (error) {
      const { name, errno } = error as { name: string; errno?: number };
      return ["error", name, errno ?? null];
    }
  }

  async end(): Promise<void> {
    for (const each of this.#things.values()) {
      if (each instanceof Polling || each instanceof Selecting) each.close();
    }
    await Promise.all(
      this.#sockets.map((each) => each[Symbol.asyncDispose]()),
    );
  }
}

/** What things are called. */
interface Names {
  value(name: unknown): Selectable;
  nameOf(thing: unknown): string;
}

/** A poll or an epoll. */
class Polling {
  readonly inner: select.Poll | select.Epoll;
  readonly #names: Names;

  constructor(inner: select.Poll | select.Epoll, names: Names) {
    this.inner = inner;
    this.#names = names;
  }

  register(name: unknown, ...events: unknown[]): void {
    this.inner.register(this.#names.value(name), ...events.map(number));
  }

  modify(name: unknown, events: unknown): void {
    this.inner.modify(this.#names.value(name), number(events));
  }

  unregister(name: unknown): void {
    this.inner.unregister(this.#names.value(name));
  }

  async poll(timeout?: number | null, maxevents?: number): Promise<unknown> {
    const options = maxevents === undefined ? {} : { maxevents };
    const found = await this.inner.poll(timeout, options);
    return found.map(([thing, events]) => [this.#names.nameOf(thing), events])
      .sort(compare);
  }

  fileno(): unknown {
    return (this.inner as select.Epoll).fileno();
  }

  closed(): unknown {
    return (this.inner as select.Epoll).closed;
  }

  close(): void {
    if (this.inner instanceof select.Epoll) this.inner.close();
  }
}

/** A selector. */
class Selecting {
  readonly #inner: selectors.BaseSelector;
  readonly #names: Names;

  constructor(inner: selectors.BaseSelector, names: Names) {
    this.#inner = inner;
    this.#names = names;
  }

  #key({ fileobj, events, data }: selectors.SelectorKey): unknown[] {
    return [this.#names.nameOf(fileobj), events, data];
  }

  register(name: unknown, events: number, data?: unknown): unknown {
    return this.#key(
      this.#inner.register(this.#names.value(name), events, data),
    );
  }

  modify(name: unknown, events: number, data?: unknown): unknown {
    return this.#key(this.#inner.modify(this.#names.value(name), events, data));
  }

  unregister(name: unknown): unknown {
    return this.#key(this.#inner.unregister(this.#names.value(name)));
  }

  get_key(name: unknown): unknown {
    return this.#key(this.#inner.getKey(this.#names.value(name)));
  }

  get_map(): unknown {
    return [...this.#inner.getMap().values()].map((key) => this.#key(key))
      .sort(compare);
  }

  async select(timeout?: number | null): Promise<unknown> {
    const found = await this.#inner.select(timeout);
    return found.map(([key, events]) => [...this.#key(key), events])
      .sort(compare);
  }

  close(): void {
    this.#inner.close();
  }
}

/** Runs a scenario; gives what came of each of its steps. */
export async function runOurs(
  steps: readonly Step[],
  driver: Driver,
): Promise<unknown[]> {
  const scenario = new Scenario(driver);
  const outcomes: unknown[] = [];
  try {
    for (const step of steps) outcomes.push(await scenario.run(step));
  } finally {
    await scenario.end();
  }
  return outcomes;
}
