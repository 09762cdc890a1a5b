import { abortable } from "@std/async/abortable";
import { kindOf } from "../../../socket/arguments.ts";
import { Socket } from "../../../socket/socket.ts";
import type { ShutdownOptions } from "../../options.ts";
import type { Child } from "./child.ts";
import { DatagramRelay } from "./datagram_relay.ts";
import type { Answer, Call, Down, Up } from "../wire/messages.ts";
import { packError, unpackError } from "../wire/serialized_error.ts";
import type { Pool } from "./pool.ts";
import type { Relay } from "./relay.ts";
import { StreamRelay } from "./stream_relay.ts";

/** What the handling of a request is done with. */
export interface HandlingOptions {
  readonly clientAddress: unknown;
  readonly serverAddress: unknown;
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
  const relay = relayOf(
    request,
    (message, transfer = []) => port.postMessage(message, transfer),
  );
  const { signal, clientAddress, serverAddress } = options;
  let child: Child | undefined;
  let isReusable = false;
  // Its Worker is ended at once, so that who closes the server can wait for that.
  const drop = () => {
    child!.lost = undefined;
    pool.drop(child!);
  };
  try {
    child = await pool.take(signal);
    signal.addEventListener("abort", drop);
    const done = converse(child, port, relay, options);
    child.begin({
      type: "begin",
      port: port2,
      request: relay.request,
      clientAddress,
      serverAddress,
    }, [port2]);
    relay.start();
    const end = await abortable(done, signal);
    isReusable = end.isReusable;
    await abortable(relay.finish(), signal);
    if (end.error !== undefined) throw end.error;
  } finally {
    signal.removeEventListener("abort", drop);
    relay.stop();
    port.close();
    if (child !== undefined && isReusable && !signal.aborted) {
      child.lost = undefined;
      pool.give(child, options.most);
    } else if (child !== undefined) drop();
  }
}

/** How the work of a Worker ended. */
interface End {
  readonly error: Error | undefined;
  /** Whether the Worker can do more. */
  readonly isReusable: boolean;
}

/** Passes messages on until the Worker is done, or is no more. */
function converse(
  child: Child,
  port: MessagePort,
  relay: Relay,
  options: HandlingOptions,
): Promise<End> {
  let news = 0;
  let isLost = false;
  let end: End | undefined;
  return new Promise((resolve) => {
    const settle = (first: End) => {
      end ??= first;
      if (!isLost) resolve(end);
    };
    child.lost = async (error) => {
      isLost = true;
      await whenQuiet(() => news);
      resolve(end ?? { error, isReusable: false });
    };
    port.onmessage = ({ data }: MessageEvent<Up>) => {
      news++;
      if (data.type === "done") {
        const error = data.error && unpackError(data.error);
        settle({ error, isReusable: true });
      } else if (data.type === "ending") {
        settle({ error: unpackError(data.error), isReusable: false });
      } else if (data.type === "call" && data.task.name === "shutdown") {
        answer(data, options.shutdown(data.task.grace))
          .then((message) => port.postMessage(message));
      } else relay.receive(data);
    };
  });
}

function relayOf(
  request: object,
  post: (message: Down, transfer?: Transferable[]) => void,
): Relay {
  if (request instanceof Socket) {
    return new StreamRelay(request as Socket, post);
  }
  const [data, socket] = Array.isArray(request) ? request : [];
  if (data instanceof Uint8Array && socket instanceof Socket) {
    return new DatagramRelay([data, socket as Socket], post);
  }
  throw new TypeError(
    `Cannot hand a request to a Worker: it must be a Socket or a datagram, not ${
      kindOf(request)
    }`,
  );
}

async function answer(
  { id }: Call,
  result: Promise<number>,
): Promise<Answer> {
  try {
    return { type: "answer", id, value: await result };
  } catch (error) {
    return { type: "answer", id, error: packError(error) };
  }
}

/** Waits until a Worker that has ended has nothing more to tell: what it has posted comes behind the news of its end. */
async function whenQuiet(news: () => number): Promise<void> {
  for (let before = -1; before !== news();) {
    before = news();
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
