import { checkTimeout } from "../../../socket/wait.ts";
import type { HandlerServer } from "../../base_request_handler.ts";
import type { ShutdownOptions } from "../../options.ts";
import type { Calls } from "./calls.ts";

/** What a handler in a Worker has for its server: the server itself is in the parent. */
export class RemoteServer implements HandlerServer {
  /** The server's address. */
  readonly serverAddress: unknown;
  readonly #calls: Calls;

  /** Stands for a server at an address. */
  constructor(serverAddress: unknown, calls: Calls) {
    this.serverAddress = serverAddress;
    this.#calls = calls;
  }

  /** Ends the serving, as `BaseServer.shutdown` called by a handler. */
  async shutdown(options: ShutdownOptions = {}): Promise<number> {
    const { grace } = options;
    if (grace !== undefined) checkTimeout("shutdown", grace);
    return await this.#calls.ask({ name: "shutdown", grace });
  }
}
