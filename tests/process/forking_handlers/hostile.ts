// Does to its parent what it must not be able to.
import { StreamRequestHandler } from "../../../server/mod.ts";

/** What can be posted of the messages that this Worker gets. */
interface Scope {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(
    type: "message",
    listener: (event: MessageEvent) => void,
  ): void;
}

const scope = globalThis as unknown as Scope;

/** The port of the request: nobody gives it to a handler, but it can listen too. */
let port: MessagePort;
scope.addEventListener("message", ({ data }) => {
  if (data?.port) port = data.port;
});

export default class Hostile extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const line = new TextDecoder().decode(await this.rfile.readline()).trim();
    await new Function(
      "scope",
      "port",
      "handler",
      `return (async () => {
      ${line}
    })()`,
    )(scope, port, this);
    await this.wfile.write(new TextEncoder().encode("done\n"));
  }
}
