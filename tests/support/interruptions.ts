import {
  BlockingIOError,
  MSG_DONTWAIT,
  type Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import type { Random } from "./random.ts";

/** How one call is to be interrupted. */
export interface Interruption {
  /** The socket's timeout, set already. */
  readonly timeout: number | null;
  /** MSG_DONTWAIT or 0. */
  readonly flags: number;
  /** Ends the call some time, if it is there. */
  readonly signal: AbortSignal | undefined;
}

/** Interrupts calls at random, in every way there is, and counts how often it came to that. */
export class Interruptions {
  /** Where its chances come from. */
  readonly random: Random;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  timeouts = 0;
  aborts = 0;
  refusals = 0;

  /** Takes its chances from `random`. */
  constructor(random: Random) {
    this.random = random;
  }

  /** How many calls were interrupted. */
  get total(): number {
    return this.timeouts + this.aborts + this.refusals;
  }

  /** How many there were of the kind of which there were fewest. */
  get least(): number {
    return Math.min(this.timeouts, this.aborts, this.refusals);
  }

  /** Sets the socket's timeout for the next call and says how else it is interrupted. */
  next(socket: Socket): Interruption {
    const random = this.random;
    const timeout = random.pick([0, 0, 0.0002, 0.001, 0.003, null, null]);
    socket.settimeout(timeout);
    return {
      timeout,
      flags: random.chance(0.15) ? MSG_DONTWAIT : 0,
      // A call without any bound may wait for as long as it takes.
      signal: timeout === null || random.chance(0.3)
        ? this.#signal()
        : undefined,
    };
  }

  /** Takes the error of an interrupted call; any other is thrown. */
  count(error: unknown, { signal }: Interruption): void {
    if (error instanceof TimeoutError && error.errno === undefined) {
      this.timeouts++;
    } else if (error instanceof BlockingIOError && error.code === "EAGAIN") {
      this.refusals++;
    } else if (signal?.aborted && error === signal.reason) {
      this.aborts++;
    } else {
      throw error;
    }
  }

  /** Ends all timers that are left. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #signal(): AbortSignal {
    const controller = new AbortController();
    const abort = () => controller.abort(new Error("given up by the test"));
    const way = this.random.integer(0, 9);
    if (way === 0) abort();
    else if (way === 1) queueMicrotask(abort);
    else if (way === 2) setImmediate(abort);
    else {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        abort();
      }, this.random.integer(0, 3));
      this.#timers.add(timer);
    }
    return controller.signal;
  }
}
