import { assert } from "@std/assert";
import {
  BaseRequestHandler,
  type RequestHandlerClass,
} from "../../server/mod.ts";

/** A place where handlers stop until the test lets them go on. */
export class Gate {
  readonly #open = Promise.withResolvers<void>();
  readonly #entered: string[] = [];
  readonly #waiting = new Set<() => void>();

  /** Who has come, in order. */
  get entered(): readonly string[] {
    return this.#entered;
  }

  /** Lets all go on. */
  open(): void {
    this.#open.resolve();
  }

  /** Comes to the gate and waits. */
  async pass(name = ""): Promise<void> {
    this.#entered.push(name);
    for (const look of this.#waiting) look();
    await this.#open.promise;
  }

  /** Waits until so many have come. */
  async reached(count = 1): Promise<void> {
    if (this.#entered.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (this.#entered.length >= count) resolve();
    };
    this.#waiting.add(look);
    await promise;
    this.#waiting.delete(look);
  }
}

/** Makes a class of handlers of a function. */
export function handling(
  // deno-lint-ignore no-explicit-any -- for servers of every kind
  handle: (handler: BaseRequestHandler<any, any, any>) => unknown,
  // deno-lint-ignore no-explicit-any -- as above
): RequestHandlerClass<any, any> {
  return class extends BaseRequestHandler {
    override async handle(): Promise<void> {
      await handle(this);
    }
  };
}

/** Collects what is printed to the standard error stream until the end of the block. */
export class Printed implements Disposable {
  /** The values of each `console.error`. */
  readonly calls: unknown[][] = [];
  readonly #real = console.error;

  constructor() {
    console.error = (...values: unknown[]) => {
      this.calls.push(values);
    };
  }

  /** The only error that was printed. */
  get error(): unknown {
    assert(this.calls.length === 1, `${this.calls.length} errors were printed`);
    return this.calls[0].find((value) => value instanceof Error);
  }

  [Symbol.dispose](): void {
    console.error = this.#real;
  }
}

/** A client for datagrams that plain Deno made. */
export class UdpClient implements Disposable {
  readonly #conn: Deno.DatagramConn;

  constructor(hostname = "127.0.0.1") {
    this.#conn = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  }

  /** Its port. */
  get port(): number {
    return (this.#conn.addr as Deno.NetAddr).port;
  }

  /** Sends a datagram to a server. */
  async send(
    { serverAddress: [hostname, port] }: {
      serverAddress: readonly [string, number, ...unknown[]];
    },
    data: string,
  ): Promise<void> {
    const payload = new TextEncoder().encode(data);
    await this.#conn.send(payload, { transport: "udp", hostname, port });
  }

  /** Receives a datagram. */
  async receive(): Promise<string> {
    return new TextDecoder().decode((await this.#conn.receive())[0]);
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}
