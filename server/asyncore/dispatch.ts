import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
} from "../../socket/constants/poll.ts";
import type { Awaitable } from "../base_request_handler.ts";
import { isDisconnection } from "./disconnection.ts";

/** What the functions that tell a dispatcher of its events call. */
export interface EventHandler {
  /** Handles that it can be read. */
  handleReadEvent(): Awaitable<void>;
  /** Handles that it can be written. */
  handleWriteEvent(): Awaitable<void>;
  /** Handles what is exceptional. */
  handleExptEvent(): Awaitable<void>;
  /** Handles an error. */
  handleError(error: unknown): Awaitable<void>;
  /** Handles the end of the connection. */
  handleClose(): Awaitable<void>;
}

/**
 * A handler throws it to end the loop, which throws it on; all other errors go to
 * `handleError`.
 *
 * @example End the loop at the first connection
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 * import { createConnection } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * class Once extends asyncore.dispatcher {
 *   override handleAccept() {
 *     throw new asyncore.ExitNow("Somebody is there");
 *   }
 * }
 *
 * using server = new Once();
 * server.createSocket();
 * server.bind(["127.0.0.1", 0]);
 * server.listen(5);
 * using _ = await createConnection(server.socket!.getsockname());
 * await assertRejects(() => asyncore.loop(), asyncore.ExitNow);
 * ```
 *
 * Port of [`asyncore.ExitNow`](https://docs.python.org/3.11/library/asyncore.html).
 */
export class ExitNow extends Error {
  static {
    this.prototype.name = "ExitNow";
  }
}

/** Calls a handler; its error goes to `handleError`, unless it is to end the loop. */
async function guarded(
  obj: EventHandler,
  handle: () => Awaitable<void>,
): Promise<void> {
  try {
    await handle();
  } catch (error) {
    if (error instanceof ExitNow) throw error;
    await obj.handleError(error);
  }
}

/**
 * Tells a dispatcher that its socket can be read.
 *
 * @param obj The dispatcher.
 * @throws {ExitNow} If its handler throws it; other errors go to `handleError`.
 *
 * @example Usage
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 *
 * await asyncore.read(new asyncore.dispatcher()); // its handleRead() logs a warning
 * ```
 *
 * Port of [`asyncore.read`](https://docs.python.org/3.11/library/asyncore.html).
 */
export async function read(obj: EventHandler): Promise<void> {
  await guarded(obj, () => obj.handleReadEvent());
}

/**
 * Tells a dispatcher that its socket can be written.
 *
 * @param obj The dispatcher.
 * @throws {ExitNow} If its handler throws it; other errors go to `handleError`.
 *
 * @example Usage
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 *
 * await asyncore.write(new asyncore.dispatcher()); // its handleWrite() logs a warning
 * ```
 *
 * Port of [`asyncore.write`](https://docs.python.org/3.11/library/asyncore.html).
 */
export async function write(obj: EventHandler): Promise<void> {
  await guarded(obj, () => obj.handleWriteEvent());
}

/** Tells a dispatcher that its socket has something exceptional. */
export async function exception(obj: EventHandler): Promise<void> {
  await guarded(obj, () => obj.handleExptEvent());
}

/**
 * Tells a dispatcher all events of its socket.
 *
 * @param obj The dispatcher.
 * @param flags The events, as `poll()` of `select` returns them.
 * @throws {ExitNow} If a handler throws it; other errors go to `handleError`, or to
 * `handleClose` if they say that the connection is gone.
 *
 * @example Usage
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 * import { POLLIN, POLLOUT } from "@berkeley/socket/select";
 *
 * await asyncore.readwrite(new asyncore.dispatcher(), POLLIN | POLLOUT);
 * ```
 *
 * Port of [`asyncore.readwrite`](https://docs.python.org/3.11/library/asyncore.html).
 */
export async function readwrite(
  obj: EventHandler,
  flags: number,
): Promise<void> {
  try {
    if ((flags & POLLIN) !== 0) await obj.handleReadEvent();
    if ((flags & POLLOUT) !== 0) await obj.handleWriteEvent();
    if ((flags & POLLPRI) !== 0) await obj.handleExptEvent();
    if ((flags & (POLLHUP | POLLERR | POLLNVAL)) !== 0) {
      await obj.handleClose();
    }
  } catch (error) {
    if (error instanceof ExitNow) throw error;
    if (isDisconnection(error)) await obj.handleClose();
    else await obj.handleError(error);
  }
}
