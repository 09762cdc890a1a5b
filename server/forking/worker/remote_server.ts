import { checkTimeout } from "../../../socket/wait.ts";
import type { HandlerServer } from "../../base_request_handler.ts";
import type { ShutdownOptions } from "../../options.ts";
import type { Answer, Call, Task } from "../wire/messages.ts";
import { deserializeError } from "../wire/serialized_error.ts";

/** Asks the parent to do something, and waits for its answers. */
export class Calls {
  readonly #post: (call: Call) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #last = 0;

  constructor(post: (call: Call) => void) {
    this.#post = post;
  }

  /** Has the parent do a task; returns its result. */
  ask(task: Task): Promise<number> {
    const waiting = Promise.withResolvers<number>();
    const id = ++this.#last;
    this.#waiting.set(id, waiting);
    this.#post({ type: "call", id, task });
    return waiting.promise;
  }

  /** Settles the call that an answer belongs to. */
  answer({ id, value = 0, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(deserializeError(error));
  }
}

/** The server of a handler in a Worker: the real one is in the parent. */
export class RemoteServer implements HandlerServer {
  readonly serverAddress: unknown;
  readonly #calls: Calls;

  constructor(serverAddress: unknown, calls: Calls) {
    this.serverAddress = serverAddress;
    this.#calls = calls;
  }

  /** Ends the serving, as `BaseServer.shutdown` does when a handler calls it. */
  async shutdown(options: ShutdownOptions = {}): Promise<number> {
    const { grace } = options;
    if (grace !== undefined) checkTimeout("shutdown", grace);
    return await this.#calls.ask({ name: "shutdown", grace });
  }
}
