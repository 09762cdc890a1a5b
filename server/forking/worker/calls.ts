import type { Answer, Call, Task } from "../wire/messages.ts";
import { unpackError } from "../wire/serialized_error.ts";

/** What a handler in a Worker has its parent do, and waits for. */
export class Calls {
  readonly #post: (call: Call) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #last = 0;

  /** Calls by a function. */
  constructor(post: (call: Call) => void) {
    this.#post = post;
  }

  /** Has the parent do something; gives what comes back. */
  ask(task: Task): Promise<number> {
    const waiting = Promise.withResolvers<number>();
    const id = ++this.#last;
    this.#waiting.set(id, waiting);
    this.#post({ type: "call", id, task });
    return waiting.promise;
  }

  /** Takes an answer of the parent's. */
  answer({ id, value = 0, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(unpackError(error));
  }
}
