import { type Driver, type Socket, socketpair } from "../../socket/mod.ts";
import { posix } from "../../socket/posix/mod.ts";
import { DefaultSelector, EVENT_READ } from "../../socket/selectors/mod.ts";
import type { Options } from "./options.ts";
import { type Contender, type Report, takeTurns } from "./turns.ts";

/** Waits in one turn. */
const WAITS = 500;

/** How long a selector waits for one socket that is busy, beside others that are idle. */
export async function selector(options: Options): Promise<Report[]> {
  const reports: Report[] = [];
  for (const driver of [undefined, posix]) {
    await using all = new AsyncDisposableStack();
    const contenders: Contender[] = [];
    for (const idle of [0, options.idle]) {
      const crowd = all.use(await Crowd.gather(idle, driver));
      const name = `${idle} idle sockets`;
      contenders.push({ name, bar: 1.1, measure: () => crowd.measure() });
    }
    reports.push(
      await takeTurns({
        title: `DefaultSelector, ${driver?.name ?? "sandboxed"}`,
        metrics: [{ name: "µs a wait", digits: 1, compare: "ratio" }],
        contenders,
        rounds: options.rounds,
        warmUps: 3,
      }),
    );
  }
  return reports;
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
