import type { Worker } from "node:worker_threads";
import type { Command } from "../wire/messages.ts";
import { workerEnded } from "../wire/serialized_error.ts";

/** A Worker made by node's module: it tells its parent when it ends, and can be idle. */
export class NodeThread {
  readonly ended: Promise<Error>;
  readonly canIdle = true;
  readonly #worker: Worker;

  /** Starts a Worker with a `file:` or `data:` module; throws NotCapable if that may not be read. */
  constructor(root: URL, onmessage: (message: unknown) => void) {
    // Loaded at first use: `node:` modules cost start-up time.
    const { Worker } = globalThis.process.getBuiltinModule(
      "node:worker_threads",
    );
    const worker = this.#worker = new Worker(root);
    worker.on("message", onmessage);
    this.ended = new Promise((resolve) => {
      worker.on(
        "error",
        (cause: unknown) =>
          resolve(workerEnded("with an error that nothing caught", { cause })),
      );
      worker.on(
        "exit",
        (code: number) => resolve(workerEnded(`with code ${code}`)),
      );
    });
  }

  post(command: Command, transfer: Transferable[]): void {
    this.#worker.postMessage(command, transfer as never);
  }

  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
