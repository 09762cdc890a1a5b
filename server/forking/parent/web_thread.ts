import { ended } from "../wire/ended.ts";
import type { Order } from "../wire/messages.ts";
import type { Listener, Thread } from "./thread.ts";

/** A Worker of the web's, which alone can have fewer permissions than its parent. */
export class WebThread implements Thread {
  readonly ended: Promise<Error>;
  readonly canRest = false;
  readonly #worker: Worker;

  /** Starts a Worker; without `--unstable-worker-options` that ends the process. */
  constructor(
    root: URL,
    permissions: Deno.PermissionOptions,
    listen: Listener,
  ) {
    const worker = this.#worker = new Worker(root, {
      type: "module",
      deno: { permissions },
    });
    worker.onmessage = ({ data }) => listen(data);
    this.ended = new Promise((resolve) => {
      worker.onerror = (event) => {
        event.preventDefault();
        const cause = event.error ?? event.message;
        resolve(ended("with an error that nothing caught", { cause }));
      };
    });
  }

  post(order: Order, transfer: Transferable[]): void {
    this.#worker.postMessage(order, transfer);
  }

  // It keeps the process alive as long as it is there.
  hold(): void {}

  end(): Promise<void> {
    this.#worker.terminate();
    return Promise.resolve();
  }
}
