// The program of a Worker: the parent loads it by its URL.
import {
  handlerClass,
  nameOf,
  type RequestHandlerClass,
} from "../../base_request_handler.ts";
import { refuseDescriptors } from "../../../socket/sandbox/adopt.ts";
import { scope, watchErrors, watchExits } from "./exits.ts";
import {
  type Begin,
  type Command,
  type FromWorker,
  RESTRICTED,
  type Status,
} from "../wire/messages.ts";
import { serializeError } from "../wire/serialized_error.ts";
import { giveBack } from "./loan.ts";
import { serveRequest } from "./serve_request.ts";

let Handler: RequestHandlerClass | undefined;
/** The port of the request that is being handled. */
let current: MessagePort | undefined;

const report = (message: Status) => scope.postMessage(message);

/** Tells the parent, after all that the handler has sent, that the Worker ends. */
function reportEnd(thrown: Error): Promise<void> {
  const givenBack = giveBack();
  const error = serializeError(thrown);
  current?.postMessage({ type: "ending", error } satisfies FromWorker);
  current = undefined;
  report({ type: "ending", error });
  return givenBack;
}

async function load(module: string): Promise<void> {
  let found: unknown;
  try {
    ({ default: found } = await import(module));
  } catch (error) {
    return report({ type: "unloadable", error: serializeError(error) });
  }
  Handler = handlerClass(found);
  if (Handler === undefined) {
    return report({ type: "unfit", found: nameOf(found) });
  }
  report({ type: "loaded" });
}

async function begin(command: Begin): Promise<void> {
  current = command.port;
  const stop = watchErrors(reportEnd);
  try {
    await serveRequest(command, Handler!);
  } finally {
    stop();
    current = undefined;
  }
}

if (scope.name === RESTRICTED) refuseDescriptors();
watchExits(reportEnd);
scope.addEventListener("message", ({ data }: MessageEvent<Command>) => {
  if (data.type === "load") load(data.module);
  else if (data.type === "begin") begin(data);
  else if (data.type === "giveBack") {
    giveBack().then(() => report({ type: "gaveBack" }));
  }
});
report({ type: "ready" });
