import { abortable } from "@std/async/abortable";
import type { Address } from "../../../socket/address.ts";
import { kindOf } from "../../../socket/arguments.ts";
import { Socket } from "../../../socket/socket.ts";
import type { ShutdownOptions } from "../../options.ts";
import { fromWorkerOf } from "../wire/check.ts";
import type {
  Answer,
  DatagramParts,
  DescriptorParts,
  FromWorker,
  StreamParts,
  ToWorker,
} from "../wire/messages.ts";
import {
  deserializeError,
  serializeError,
  workerEnded,
} from "../wire/serialized_error.ts";
import type { Child } from "./child.ts";
import { DatagramRelay } from "./datagram_relay.ts";
import { DescriptorRelay, isLendable } from "./descriptor_relay.ts";
import type { Pool } from "./pool.ts";
import { reach } from "./reach.ts";
import { StreamRelay } from "./stream_relay.ts";

/** Carries one request between the parent's socket and a Worker. */
interface Relay {
  /** What the Worker is told of the request. */
  readonly request: StreamParts | DatagramParts | DescriptorParts;
  /** Begins to carry what comes to the handler. */
  start(): void;
  /** Takes a message from the handler. */
  receive(message: FromWorker): void;
  /** Resolves when all that the handler has sent is on its way. */
  finish(): Promise<void>;
  /** Carries nothing more. */
  stop(): void;
  /** Makes what was lent to the Worker useless. */
  disable?(): void;
  /** Takes back what was lent to the Worker, which no longer uses it. */
  release?(): void;
}

/** What a request is handled with. */
export interface HandlingOptions {
  readonly clientAddress: unknown;
  readonly serverAddress: unknown;
  /** What the handlers may do, where that is less than the program may. */
  readonly permissions: Deno.PermissionOptions | undefined;
  /** Gives the handling up when it aborts. */
  readonly signal: AbortSignal;
  /** How many Workers are to be kept. */
  readonly most: number;
  /** Shuts the server down on behalf of the request. */
  shutdown(grace: ShutdownOptions["grace"]): Promise<number>;
}

/** Has a Worker handle a request; throws what the handler threw, or why it could not go on. */
export async function handleInWorker(
  request: object,
  pool: Pool,
  options: HandlingOptions,
): Promise<void> {
  const { port1: port, port2 } = new MessageChannel();
  const { signal, clientAddress, serverAddress, permissions } = options;
  const relay = relayOf(
    request,
    permissions === undefined,
    (message, transfer = []) => port.postMessage(message, transfer),
    (address) => reach(address, clientAddress, permissions),
  );
  let child: Child | undefined;
  let isReusable = false;
  // At once, so that closing the server can wait for the Worker's end.
  const discard = () => {
    child!.onlost = undefined;
    pool.discard(child!);
  };
  try {
    child = await pool.acquire(options.most, signal);
    signal.addEventListener("abort", discard);
    const outcome = converse(child, port, relay, options);
    child.begin({
      type: "begin",
      port: port2,
      request: relay.request,
      clientAddress,
      serverAddress,
    }, [port2]);
    relay.start();
    const end = await abortable(outcome, signal);
    isReusable = end.isReusable;
    await abortable(relay.finish(), signal);
    if (end.error !== undefined) throw end.error;
  } finally {
    signal.removeEventListener("abort", discard);
    const isOver = child === undefined || isReusable;
    // Closing the port delivers what is in it, which may end the loan.
    if (!isOver) relay.disable?.();
    relay.stop();
    port.close();
    if (isReusable) child!.returnLoan();
    if (isOver) relay.release?.();
    else child!.returned.then(() => relay.release?.());
    if (child !== undefined && isReusable && !signal.aborted) {
      child.onlost = undefined;
      pool.release(child, options.most);
    } else if (child !== undefined) discard();
  }
}

/** How a Worker's work on a request ended. */
interface End {
  readonly error: Error | undefined;
  /** Whether the Worker can handle other requests. */
  readonly isReusable: boolean;
}

/** Passes messages on until the Worker is done, or has ended. */
function converse(
  child: Child,
  port: MessagePort,
  relay: Relay,
  options: HandlingOptions,
): Promise<End> {
  let received = 0;
  let isLost = false;
  let end: End | undefined;
  return new Promise((resolve) => {
    const settle = (first: End) => {
      end ??= first;
      if (!isLost) resolve(end);
    };
    child.onlost = async (error) => {
      isLost = true;
      await untilDrained(() => received);
      resolve(end ?? { error, isReusable: false });
    };
    const receive = (message: FromWorker) => {
      switch (message.type) {
        case "done":
          return settle({
            error: message.error && deserializeError(message.error),
            isReusable: true,
          });
        case "ending":
          return settle({
            error: deserializeError(message.error),
            isReusable: false,
          });
        case "call": {
          const { id, task } = message;
          if (task.name !== "shutdown") break;
          const shutdown = Promise.try(options.shutdown, task.grace);
          answer(id, shutdown).then((message) => port.postMessage(message));
          return;
        }
      }
      relay.receive(message);
    };
    const reject = (cause?: unknown) => {
      const error = workerEnded("by a message that is not one", { cause });
      settle({ error, isReusable: false });
    };
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      received++;
      const message = fromWorkerOf(data);
      if (message === undefined) return reject();
      try {
        receive(message);
      } catch (error) {
        reject(error);
      }
    };
    port.onmessageerror = () => reject();
  });
}

/** @param lends Whether the Worker may use descriptors. */
function relayOf(
  request: object,
  lends: boolean,
  post: (message: ToWorker, transfer?: Transferable[]) => void,
  reach: (address: unknown) => Address,
): Relay {
  if (request instanceof Socket) {
    return lends && isLendable(request)
      ? new DescriptorRelay(request)
      : new StreamRelay(request, post);
  }
  const [data, socket] = Array.isArray(request) ? request : [];
  if (data instanceof Uint8Array && socket instanceof Socket) {
    if (lends && isLendable(socket)) return new DescriptorRelay(socket, data);
    return new DatagramRelay([data, socket], post, reach);
  }
  throw new TypeError(
    `Cannot hand a request to a Worker: it must be a Socket or a datagram, not ${
      kindOf(request)
    }`,
  );
}

async function answer(
  id: number,
  result: Promise<number>,
): Promise<Answer> {
  try {
    return { type: "answer", id, value: await result };
  } catch (error) {
    return { type: "answer", id, error: serializeError(error) };
  }
}

/** Waits until no more messages of an ended Worker come: they are delivered after the notice of its end. */
async function untilDrained(received: () => number): Promise<void> {
  for (let before = -1; before !== received();) {
    before = received();
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
