import { Deadline } from "../deadlines.ts";
import {
  type AbortWatch,
  unwatchAbort,
  type Wait,
  watchAbort,
} from "../wait.ts";

/** Who is told how the wait of a call ends. */
export interface CallEnds {
  /** The time of the call is over. */
  readonly expire: (wait: Wait) => void;
  /** The signal of the call has aborted, with this reason. */
  readonly abort: (reason: unknown) => void;
}

/** What ends the wait of calls that are alone, one after another: nothing is made for one. */
export class CallWait implements AbortWatch {
  previous: this | undefined = undefined;
  next: this | undefined = undefined;
  isQueued = false;
  readonly #ends: CallEnds;
  #deadline: Deadline | undefined;
  #wait: Wait | undefined;

  /** Tells `ends` of the end of a wait. */
  constructor(ends: CallEnds) {
    this.#ends = ends;
  }

  /** How long the call may wait; `undefined` while there is none. */
  get wait(): Wait | undefined {
    return this.#wait;
  }

  /** Begins a call, which may wait. */
  begin(wait: Wait): void {
    const { deadline, signal } = this.#wait = wait;
    if (deadline !== Infinity) {
      this.#deadline ??= new Deadline(this.#onExpire, false);
      this.#deadline.set(deadline);
    }
    if (signal !== undefined) watchAbort(signal, this);
  }

  /** Ends the call, if there is one. */
  end(): void {
    if (this.#wait === undefined) return;
    const { deadline, signal } = this.#wait;
    this.#wait = undefined;
    if (deadline !== Infinity) this.#deadline!.clear();
    if (signal !== undefined) unwatchAbort(signal, this);
  }

  /** Ends the last call. */
  rest(): void {
    this.end();
    this.#deadline?.end();
  }

  readonly #onExpire = (): void => this.#ends.expire(this.#wait!);

  /** Ends the call, whose signal has aborted. */
  readonly onAbort = (): void => this.#ends.abort(this.#wait!.signal!.reason);
}
