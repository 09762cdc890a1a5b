import { Deadline } from "../deadlines.ts";
import type { Wait } from "../wait.ts";

/** The deadline of one half of a connection, for calls that are alone, one after another. */
export class CallDeadline {
  readonly #deadline: Deadline;
  #wait: Wait | undefined;

  /** Calls `expire` when the time of a call is over. */
  constructor(expire: (wait: Wait) => void) {
    this.#deadline = new Deadline(() => expire(this.#wait!), false);
  }

  /** How long the call may wait; `undefined` while there is none. */
  get wait(): Wait | undefined {
    return this.#wait;
  }

  /** Begins a call. */
  begin(wait: Wait): void {
    this.#wait = wait;
    this.#deadline.set(wait.deadline);
  }

  /** Ends the call, if there is one. */
  end(): void {
    if (this.#wait === undefined) return;
    this.#wait = undefined;
    this.#deadline.clear();
  }

  /** Ends the last call. */
  rest(): void {
    this.#wait = undefined;
    this.#deadline.end();
  }
}
