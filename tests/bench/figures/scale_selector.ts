import { type Driver, type Socket, socketpair } from "../../../socket/mod.ts";
import { posix } from "../../../socket/posix/mod.ts";
import { DefaultSelector, EVENT_READ } from "../../../socket/selectors/mod.ts";
import { mostConnections } from "../crowd.ts";
import { type Contender, type Report, takeTurns } from "../match.ts";
import type { Options } from "../options.ts";
import { hasPosix } from "./names.ts";

/** Waits in one turn. */
const WAITS = 300;

const IDLE = [0, 1000, 5000];

// What is in the selector, and the other end of each.
const FILES = 2 * IDLE.reduce((sum, count) => sum + count + 1, 0);

/** How long a selector waits for one socket that is busy, beside others that are idle. */
export async function* selector(
  { rounds = 12 }: Options,
): AsyncGenerator<Report> {
  const share = await mostConnections(FILES) / FILES;
  for (const driver of hasPosix ? [undefined, posix] : [undefined]) {
    await using all = new AsyncDisposableStack();
    const contenders: Contender[] = [];
    for (const count of IDLE) {
      const idle = Math.floor(count * share);
      const crowd = all.use(await Crowd.gather(idle, driver));
      await crowd.measure();
      await crowd.measure();
      const prefix = driver === undefined ? "" : "POSIX, ";
      const name = `${prefix}${idle.toLocaleString("en")} idle sockets`;
      contenders.push({ name, measure: () => crowd.measure() });
    }
    const [none, ...others] = contenders;
    yield await takeTurns({
      name: "scale.selector",
      title: `DefaultSelector, ${driver?.name ?? "sandboxed"}`,
      metrics: [{ name: "µs a wait", digits: 1, compare: "ratio" }],
      contenders,
      bars: others.map(({ name }) => (
        { of: name, over: none.name, atMost: 1.1 }
      )),
      rounds,
    });
  }
}

/** A selector with one busy socket and many that are idle. */
class Crowd implements AsyncDisposable {
  readonly #selector = new DefaultSelector();
  readonly #sockets: Socket[] = [];

  static async gather(idle: number, driver?: Driver): Promise<Crowd> {
    const crowd = new Crowd();
    const sockets = crowd.#sockets;
    for (let i = 0; i <= idle; i++) {
      sockets.push(...await socketpair(undefined, undefined, 0, { driver }));
      crowd.#selector.register(sockets[2 * i], EVENT_READ);
    }
    return crowd;
  }

  async measure(): Promise<number[]> {
    const [mine, peer] = this.#sockets;
    const byte = new Uint8Array(1);
    const start = performance.now();
    for (let i = 0; i < WAITS; i++) {
      await peer.sendall(byte);
      await this.#selector.select();
      await mine.recvInto(byte);
    }
    return [(performance.now() - start) * 1000 / WAITS];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#selector.close();
    await Promise.all(this.#sockets.map((s) => s[Symbol.asyncDispose]()));
  }
}
