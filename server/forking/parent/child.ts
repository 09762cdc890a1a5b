import { deadline } from "@std/async/deadline";
import { timedOut } from "../../../socket/errors.ts";
import { waitOf, watch } from "../../../socket/wait.ts";
import { statusOf } from "../wire/check.ts";
import type { Begin, Command, Status } from "../wire/messages.ts";
import { deserializeError, workerEnded } from "../wire/serialized_error.ts";
import { checkGrant, checkRoom, loadError, unfitError } from "./load_error.ts";
import { NodeThread } from "./node_thread.ts";
import { WebThread } from "./web_thread.ts";
import { rootModule } from "./worker_url.ts";

/** What all Workers of a server have in common. */
export interface WorkerOptions {
  /** The URL of the module whose default export handles requests. */
  readonly module: string;
  /** What they may do, where that is less than the program may. */
  readonly permissions: Deno.PermissionOptions | undefined;
  /** How long loading the module may take; seconds, `null` for ever. */
  readonly loadTimeout: number | null;
}

/** A Worker as its parent sees it; Deno has two kinds. */
interface Thread {
  /** Resolves with the reason when it has ended, if that can be known. */
  readonly ended: Promise<Error>;
  /** Whether it lets the process end while it is idle. */
  readonly canIdle: boolean;
  post(command: Command, transfer: Transferable[]): void;
  /** Keeps the process alive. */
  ref(): void;
  /** Lets the process end. */
  unref(): void;
  /** Ends it. An endless loop in it goes on until the process ends (Deno 2.9). */
  end(): Promise<void>;
}

/** How long the end of a Worker is waited for that has a descriptor; milliseconds. */
const PATIENCE = 1000;

/** A Worker that handles requests, one at a time. */
export class Child {
  /** Called when it has ended by itself, if that can be known. */
  onlost: ((error: Error) => void) | undefined;
  readonly #thread: Thread;
  #loan: PromiseWithResolvers<void> | undefined;
  #hasEnded = false;

  /** Stands for a Worker that has loaded its handler. */
  constructor(thread: Thread, ended: Promise<Error>) {
    this.#thread = thread;
    thread.ended.then(() => this.returnLoan());
    ended.then((error) => {
      this.#hasEnded = true;
      this.onlost?.(error);
    });
  }

  /**
   * Starts a Worker, and waits until it has loaded its handler.
   *
   * Throws the signal's reason if that aborts, what is wrong with the module, or a
   * TimeoutError if it takes too long.
   */
  static async start(
    options: WorkerOptions,
    signal?: AbortSignal,
  ): Promise<Child> {
    signal?.throwIfAborted();
    const { module, loadTimeout } = options;
    const loaded = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<Error>();
    let child: Child | undefined;
    const expire = () => {
      const subject =
        `the handler module "${module}" within ${loadTimeout} seconds`;
      loaded.reject(timedOut({ syscall: "load", subject }));
    };
    let isReady = false;
    const take = (status: Status | undefined) => {
      switch (status?.type) {
        case "ready":
          if (!isReady) thread.post({ type: "load", module }, []);
          isReady = true;
          return;
        case "loaded":
          return loaded.resolve();
        case "unloadable":
          return loaded.reject(
            loadError(module, deserializeError(status.error)),
          );
        case "unfit":
          return loaded.reject(unfitError(module, status.found));
        case "gaveBack":
          return child?.returnLoan();
        case "ending":
          ended.resolve(deserializeError(status.error));
      }
    };
    const thread = startThread(options, (message) => {
      try {
        // What else a handler posts is nobody's.
        take(statusOf(message));
      } catch (cause) {
        ended.resolve(workerEnded("by a message that is not one", { cause }));
      }
    });
    thread.ended.then(ended.resolve);
    ended.promise.then(({ message, cause }) =>
      loaded.reject(loadError(module, cause ?? message))
    );
    const wait = waitOf(loadTimeout, signal);
    const stop = wait && watch(wait, expire, loaded.reject);
    starting++;
    try {
      await loaded.promise;
    } catch (error) {
      await thread.end();
      throw error;
    } finally {
      starting--;
      stop?.();
    }
    return child = new Child(thread, ended.promise);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether it lets the process end while it is idle. */
  get canIdle(): boolean {
    return this.#thread.canIdle;
  }

  /** Has it handle a request. */
  begin(command: Begin, transfer: Transferable[]): void {
    if (command.request.type === "descriptor") {
      this.#loan = Promise.withResolvers();
    }
    this.#thread.post(command, transfer);
  }

  /** Resolves when it no longer uses the descriptor that it was lent. */
  get returned(): Promise<void> {
    return this.#loan?.promise ?? Promise.resolve();
  }

  /** Takes note that it no longer uses the descriptor. */
  returnLoan(): void {
    this.#loan?.resolve();
    this.#loan = undefined;
  }

  /** Keeps the process alive. */
  ref(): void {
    this.#thread.ref();
  }

  /** Lets the process end. */
  unref(): void {
    this.#thread.unref();
  }

  /** Ends it, whatever it does. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    if (this.#loan === undefined) return await this.#thread.end();
    // Deno says that a thread has ended whose endless loop goes on (Deno 2.9). So
    // it has to say itself that it no longer uses the descriptor; ending it before
    // would also leave open what it waits for news with.
    this.#thread.post({ type: "giveBack" }, []);
    this.#thread.unref();
    const ending = this.returned.then(() => this.#thread.end());
    await deadline(ending, PATIENCE).catch(() => {});
  }
}

/** How many Workers have begun and have not loaded their handler yet. */
let starting = 0;

function startThread(
  { module, permissions }: WorkerOptions,
  onmessage: (message: unknown) => void,
): Thread {
  checkGrant(module);
  checkRoom(module, starting + 1);
  try {
    return permissions === undefined
      ? new NodeThread(rootModule(), onmessage)
      : new WebThread(rootModule(module), permissions, onmessage);
  } catch (error) {
    throw loadError(module, error);
  }
}
