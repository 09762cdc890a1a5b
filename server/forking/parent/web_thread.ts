import { type Command, RESTRICTED } from "../wire/messages.ts";
import { workerEnded } from "../wire/serialized_error.ts";

/** A web Worker, the only kind that can have fewer permissions than its parent. */
export class WebThread {
  readonly ended: Promise<Error>;
  readonly canIdle = false;
  readonly #worker: Worker;

  /** Starts a Worker; without `--unstable-worker-options` that ends the process. */
  constructor(
    root: URL,
    permissions: Deno.PermissionOptions,
    onmessage: (message: unknown) => void,
  ) {
    const worker = this.#worker = new Worker(root, {
      name: RESTRICTED,
      type: "module",
      deno: { permissions },
    });
    worker.onmessage = ({ data }) => onmessage(data);
    this.ended = new Promise((resolve) => {
      worker.onerror = (event) => {
        event.preventDefault();
        const cause = event.error ?? event.message;
        resolve(workerEnded("with an error that nothing caught", { cause }));
      };
    });
  }

  post(command: Command, transfer: Transferable[]): void {
    this.#worker.postMessage(command, transfer);
  }

  // Deno has no such call for it: it keeps the process alive until it ends.
  ref(): void {}
  unref(): void {}

  end(): Promise<void> {
    this.#worker.terminate();
    return Promise.resolve();
  }
}
