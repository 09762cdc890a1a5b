import { WebThread } from "./web_thread.ts";
import { NodeThread } from "./node_thread.ts";
import { checkGrant, loadError, unfitError } from "./load_error.ts";
import { unpackError } from "../wire/serialized_error.ts";
import { rootModule } from "./worker_url.ts";
import type { Begin, Order, Report } from "../wire/messages.ts";
import type { Thread } from "./thread.ts";

/** What all Workers of a server have in common. */
export interface Plan {
  /** The URL of the module whose default export handles requests. */
  readonly module: string;
  /** What they may do, where that is less than the program may. */
  readonly permissions: Deno.PermissionOptions | undefined;
}

/** A Worker that handles requests, one at a time. */
export class Child {
  /** Is told when it has ended, if that can be known. */
  lost: ((error: Error) => void) | undefined;
  readonly #thread: Thread;
  #isOver = false;

  private constructor(thread: Thread, ended: Promise<Error>) {
    this.#thread = thread;
    ended.then((error) => {
      this.#isOver = true;
      this.lost?.(error);
    });
  }

  /**
   * Starts one, and waits until it has its handler.
   *
   * Throws the signal's reason if that aborts, or what is wrong with the module.
   */
  static async start(plan: Plan, signal?: AbortSignal): Promise<Child> {
    signal?.throwIfAborted();
    const { module } = plan;
    const up = Promise.withResolvers<void>();
    const over = Promise.withResolvers<Error>();
    const load: Order = { type: "load", module };
    const abort = () => up.reject(signal!.reason);
    const thread = startThread(plan, (report) => {
      switch (report.type) {
        case "up":
          return thread.post(load, []);
        case "loaded":
          return up.resolve();
        case "unloadable":
          return up.reject(loadError(module, unpackError(report.error)));
        case "unfit":
          return up.reject(unfitError(module, report.found));
        case "ending":
          over.resolve(unpackError(report.error));
      }
    });
    thread.ended.then(over.resolve);
    over.promise.then(({ message, cause }) =>
      up.reject(loadError(module, cause ?? message))
    );
    signal?.addEventListener("abort", abort);
    try {
      await up.promise;
    } catch (error) {
      await thread.end();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
    return new Child(thread, over.promise);
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it lets the process end while it has nothing to do. */
  get canRest(): boolean {
    return this.#thread.canRest;
  }

  /** Has it handle a request. */
  begin(order: Begin, transfer: Transferable[]): void {
    this.#thread.post(order, transfer);
  }

  /** Lets it keep the process alive, or not. */
  hold(held: boolean): void {
    this.#thread.hold(held);
  }

  /** Ends it, whatever it does. */
  end(): Promise<void> {
    this.#isOver = true;
    return this.#thread.end();
  }
}

function startThread(
  { module, permissions }: Plan,
  listen: (report: Report) => void,
): Thread {
  checkGrant(module);
  try {
    return permissions === undefined
      ? new NodeThread(rootModule(), listen)
      : new WebThread(rootModule(module), permissions, listen);
  } catch (error) {
    throw loadError(module, error);
  }
}
