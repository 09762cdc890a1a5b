// The program of a Worker. Its parent loads it by its URL; nothing runs it
// otherwise.
import {
  isHandlerClass,
  type RequestHandlerClass,
} from "../../base_request_handler.ts";
import { kindOf } from "../../../socket/arguments.ts";
import { scope, watchErrors, watchExits } from "./exits.ts";
import type { Begin, Order, Report, Up } from "../wire/messages.ts";
import { packError } from "../wire/serialized_error.ts";
import { serveRequest } from "./serve_request.ts";

let Handler: RequestHandlerClass | undefined;
/** The port of the request that is being handled. */
let current: MessagePort | undefined;

const report = (message: Report) => scope.postMessage(message);

/** Tells the parent, behind all that the handler has sent, that the Worker is lost. */
function lose(thrown: Error): void {
  const error = packError(thrown);
  current?.postMessage({ type: "ending", error } satisfies Up);
  current = undefined;
  report({ type: "ending", error });
}

async function load(module: string): Promise<void> {
  let found: unknown;
  try {
    ({ default: found } = await import(module));
  } catch (error) {
    return report({ type: "unloadable", error: packError(error) });
  }
  if (!isHandlerClass(found)) {
    const name = typeof found === "function" && found.name
      ? `the function ${found.name}`
      : kindOf(found);
    return report({ type: "unfit", found: name });
  }
  Handler = found as RequestHandlerClass;
  report({ type: "loaded" });
}

async function begin(order: Begin): Promise<void> {
  current = order.port;
  const stop = watchErrors(lose);
  try {
    await serveRequest(order, Handler!);
  } finally {
    stop();
    current = undefined;
  }
}

watchExits(lose);
scope.addEventListener("message", ({ data }: MessageEvent<Order>) => {
  if (data.type === "load") load(data.module);
  else if (data.type === "begin") begin(data);
});
report({ type: "up" });
