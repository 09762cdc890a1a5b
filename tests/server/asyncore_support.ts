import { deadline } from "@std/async/deadline";
import type { SocketMap } from "../../server/asyncore/mod.ts";
import { type Driver, Socket } from "../../socket/mod.ts";
import { hasPosix, posix } from "../support/posix.ts";

/** The drivers that the tests run for; `undefined` is the sandboxed one. */
export const drivers: readonly (Driver | undefined)[] = [
  undefined,
  ...(hasPosix ? [posix] : []),
];

/** How test names call a driver. */
export function nameOf(driver: Driver | undefined): string {
  return driver?.name ?? "sandboxed";
}

// Milliseconds after which a test has failed: a loop that misses its wake-up would
// never end.
const LONGEST = 10_000;

/** Waits for what must come to an end soon. */
export function soon<T>(promise: Promise<T>): Promise<T> {
  return deadline(promise, LONGEST);
}

/** A map of a test's own. */
export function newMap(): SocketMap {
  return new Map();
}

/** Connects a socket of ours to plain Deno. */
export async function pair(
  driver: Driver | undefined,
): Promise<[ours: Socket<[string, number]>, peer: Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ours = new Socket<[string, number]>(undefined, undefined, 0, {
    driver,
  });
  const [peer] = await Promise.all([
    listener.accept(),
    ours.connect(["127.0.0.1", listener.addr.port]),
  ]);
  return [ours, peer];
}

/** Reads so many bytes of a plain connection, few at a time. */
export async function readSlowly(
  conn: Deno.Conn,
  count: number,
): Promise<Uint8Array> {
  const data = new Uint8Array(count);
  const buffer = new Uint8Array(10_000);
  for (let length = 0; length < count;) {
    const read = await conn.read(buffer);
    if (read === null) return data.subarray(0, length);
    if (length + read > count) throw new Error("There is more than was sent");
    data.set(buffer.subarray(0, read), length);
    length += read;
  }
  return data;
}

/** Random bytes. */
export function random(count: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(count);
  for (let at = 0; at < count; at += 65536) {
    crypto.getRandomValues(data.subarray(at, at + 65536));
  }
  return data;
}

/** Collects what is printed to either stream until the end of the block. */
export class Printed implements Disposable {
  /** The values of each `console.log` and `console.error`. */
  readonly lines: string[] = [];
  readonly #log = console.log;
  readonly #error = console.error;

  constructor() {
    console.log = (...values: unknown[]) => {
      this.lines.push(`out ${values.join(" ")}`);
    };
    console.error = (...values: unknown[]) => {
      this.lines.push(`err ${values.join(" ")}`);
    };
  }

  [Symbol.dispose](): void {
    console.log = this.#log;
    console.error = this.#error;
  }
}
