import type { Worker } from "node:worker_threads";
import { ended } from "../wire/ended.ts";
import type { Order } from "../wire/messages.ts";
import type { Listener, Thread } from "./thread.ts";

/** A Worker of node's: the parent hears of its end, and it can rest. */
export class NodeThread implements Thread {
  readonly ended: Promise<Error>;
  readonly canRest = true;
  readonly #worker: Worker;

  /** Starts a Worker with a `file:` or `data:` module; throws NotCapable if that may not be read. */
  constructor(root: URL, listen: Listener) {
    // Loaded at first use: `node:` modules cost start-up time.
    const { Worker } = globalThis.process.getBuiltinModule(
      "node:worker_threads",
    );
    const worker = this.#worker = new Worker(root);
    worker.on("message", listen);
    this.ended = new Promise((resolve) => {
      worker.on(
        "error",
        (cause: unknown) =>
          resolve(ended("with an error that nothing caught", { cause })),
      );
      worker.on("exit", (code: number) => resolve(ended(`with code ${code}`)));
    });
  }

  post(order: Order, transfer: Transferable[]): void {
    this.#worker.postMessage(order, transfer as never);
  }

  hold(held: boolean): void {
    if (held) this.#worker.ref();
    else this.#worker.unref();
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
