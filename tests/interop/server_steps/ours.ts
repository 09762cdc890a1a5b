// deno-lint-ignore-file no-explicit-any -- classes are made at run time, as Python's are
import { AsyncLocalStorage } from "node:async_hooks";
import { socket, socketserver } from "../../../mod.ts";
import { osError } from "../../../socket/errors.ts";
import { settle } from "../../socket/fake_clock.ts";
import { bytes, readAll, text } from "../../support/peers.ts";
import {
  type Action,
  camelCase,
  type Case,
  type Fault,
  type ServerName,
  type Trace,
} from "./case.ts";
import { serverSteps } from "./python.ts";

/** How long a client waits for its answer; milliseconds. */
const LONGEST = 10_000;

class Planned extends Error {
  override name = "Planned";
}

/** A client that plain Deno made. */
type Client = Deno.Conn | Deno.DatagramConn;

/** One case with one of our servers. */
export class OurRun {
  readonly #case: Case;
  readonly #name: ServerName;
  readonly #path: string;
  readonly #isStream: boolean;
  readonly #isUnix: boolean;
  readonly #calls = new Map<string, number>();
  readonly #clients: Client[] = [];
  /** What a step that throws has left open, and Python's garbage collector would close. */
  readonly #requests: socket.Socket[] = [];
  readonly #loop: string[] = [];
  readonly #tasks: string[][] = [];
  readonly #running: Promise<unknown>[] = [];
  /** Whose trace it is: a task's own, or the loop's. */
  readonly #current = new AsyncLocalStorage<string[]>();
  #server: any;
  #taken: socket.Socket | undefined;

  constructor(case_: Case, name: ServerName, path: string) {
    this.#case = case_;
    this.#name = name;
    this.#path = path;
    this.#isStream = /TCP|Stream/.test(name);
    this.#isUnix = /Unix/.test(name);
  }

  /** Does what the case says. */
  async go(): Promise<Trace> {
    const print = console.error;
    // What is printed here is the error of a task that nobody else hears of.
    console.error = (...values) => {
      const error = values.find((value) => value instanceof Error);
      this.#tasks.at(-1)!.push(`dies of ${error?.name}`);
    };
    try {
      for (const action of this.#case.actions) await this.#perform(action);
      await settle();
    } finally {
      console.error = print;
      for (const client of this.#clients) client.close();
      for (const request of this.#requests) request.close();
      await this.#taken?.[Symbol.asyncDispose]();
      await this.#server?.socket?.[Symbol.asyncDispose]();
    }
    const tasks = this.#tasks.toSorted((one, other) =>
      JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
    );
    return { loop: this.#loop, tasks };
  }

  #add(text: string): void {
    (this.#current.getStore() ?? this.#loop).push(text);
  }

  async #perform(action: Action): Promise<void> {
    let outcome = "ends";
    try {
      await this.#act(action);
    } catch (error) {
      outcome = `throws ${(error as any).code ?? (error as Error).name}`;
    }
    if (!/client|answer/.test(action) || outcome !== "ends") {
      this.#add(`${camelCase(action)} ${outcome}`);
    }
  }

  #act(action: Action): unknown {
    switch (action) {
      case "construct":
        return this.#construct();
      case "client":
        return this.#connect();
      case "answer":
        return this.#answer();
      case "serve_forever":
        return this.#server.serveForever({
          pollInterval: this.#case.pollInterval,
        });
      case "server_close":
        return Promise.allSettled(this.#running)
          .then(() => this.#server.serverClose());
      default:
        return this.#server[camelCase(action)]();
    }
  }

  /** Does a step: what it does itself, or what the case says. */
  #step(name: string, work: () => unknown): unknown {
    this.#add(name);
    const call = (this.#calls.get(name) ?? 0) + 1;
    this.#calls.set(name, call);
    const { stop, faults = {} } = this.#case;
    if (stop && camelCase(stop.step) === name && stop.call === call) {
      this.#server.shutdown();
    }
    const fault = Object.entries(faults)
      .find(([step]) => camelCase(step) === name)?.[1];
    if (fault === undefined || call > (fault.times ?? call)) return work();
    if (!fault.late) this.#fail(name, fault);
    const value = work();
    if (value instanceof Promise) {
      return value.then(() => this.#fail(name, fault));
    }
    this.#fail(name, fault);
  }

  #fail(name: string, { error }: Fault): never {
    this.#add(`${name} throws`);
    if (error === "Planned") throw new Planned();
    throw osError({ code: error, syscall: "accept" });
  }

  #serverClass(): any {
    const Base = (socketserver as any)[this.#name];
    const { timeout = null, verifies } = this.#case;
    class Server extends Base {
      static timeout = timeout;
    }
    const works: Record<string, (server: any, args: unknown[]) => unknown> = {
      getRequest: async (server, args) => {
        const taken = await Base.prototype.getRequest.apply(server, args);
        if (this.#isStream) this.#requests.push(taken[0]);
        return taken;
      },
      handleError: () => {},
      ...(verifies === undefined ? {} : { verifyRequest: () => verifies }),
    };
    for (const name of serverSteps.map(camelCase)) {
      const inherited = Base.prototype[name];
      if (inherited === undefined) continue;
      const work = works[name] ??
        ((server, args) => inherited.apply(server, args));
      this.#override(Server, name, work);
    }
    return Server;
  }

  #override(
    { prototype }: any,
    name: string,
    work: (self: any, args: unknown[]) => unknown,
  ): void {
    // deno-lint-ignore no-this-alias -- the method has a `this` of its own
    const run = this;
    prototype[name] = function (...args: unknown[]) {
      if (name in socketserver.BaseServer.prototype) run.#server = this;
      const step = () => run.#step(name, () => work(this, args));
      if (name !== "processRequestThread") return step();
      const task: string[] = [];
      run.#tasks.push(task);
      const running = run.#current.run(task, async () => await step());
      run.#running.push(running);
      return running;
    };
  }

  #handlerClass(): any {
    const { byFiles } = this.#case;
    const isStream = this.#isStream;
    const Base: any = !byFiles
      ? socketserver.BaseRequestHandler
      : isStream
      ? socketserver.StreamRequestHandler
      : socketserver.DatagramRequestHandler;
    class Handler extends Base {}
    const answer = bytes("answer");
    this.#override(Handler, "setup", (self) => Base.prototype.setup.call(self));
    this.#override(
      Handler,
      "finish",
      (self) => Base.prototype.finish.call(self),
    );
    this.#override(Handler, "handle", (self) => {
      if (byFiles) return self.wfile.write(answer);
      if (isStream) return self.request.sendall(answer);
      return self.request[1].sendto(answer, self.clientAddress);
    });
    return Handler;
  }

  #construct(): void {
    const family = this.#isUnix ? socket.AF_UNIX : socket.AF_INET;
    const type = this.#isStream ? socket.SOCK_STREAM : socket.SOCK_DGRAM;
    let address: any = this.#isUnix ? `${this.#path}s` : ["127.0.0.1", 0];
    const { isTaken, socketTimeout, bindAndActivate } = this.#case;
    if (isTaken) {
      this.#taken = socket.socket(family, type) as socket.Socket;
      this.#taken.bind(address);
      address = this.#taken.getsockname();
    }
    const Server = this.#serverClass();
    this.#server = new Server(address, this.#handlerClass(), {
      bindAndActivate,
    });
    if (socketTimeout !== undefined) {
      this.#server.socket.settimeout(socketTimeout);
    }
  }

  async #connect(): Promise<void> {
    const address = this.#server.serverAddress;
    const [hostname, port] = address;
    const transport = "unix";
    if (this.#isStream) {
      this.#clients.push(
        this.#isUnix
          ? await Deno.connect({ transport, path: address })
          : await Deno.connect({ hostname, port }),
      );
      return;
    }
    const path = `${this.#path}c${this.#clients.length}`;
    const client = this.#isUnix
      ? Deno.listenDatagram({ transport: "unixpacket", path })
      : Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    this.#clients.push(client);
    const to = this.#isUnix
      ? { transport: "unixpacket", path: address }
      : { transport: "udp", hostname, port };
    await client.send(bytes("question"), to as Deno.Addr);
  }

  async #answer(): Promise<void> {
    const client = this.#clients.shift()!;
    const patience = setTimeout(() => client.close(), LONGEST);
    const answer = "receive" in client
      ? (await client.receive())[0]
      : await readAll(client);
    clearTimeout(patience);
    client.close();
    this.#add(`answer ${text(answer)}`);
  }
}
