// A server for a process that may open few files only: it prints its address, then
// for each line that it reads how often it has tried to take a request, what errors
// that gave and how much of the processor it took. Its argument says how it serves.
import { StreamRequestHandler, ThreadingTCPServer } from "../../server/mod.ts";
import { OSError, type WaitOptions } from "../../socket/mod.ts";
import { inputLines } from "./input_lines.ts";

let attempts = 0;
let errors: string[] = [];

class Greeting extends StreamRequestHandler {
  override async handle() {
    await this.wfile.write(new TextEncoder().encode("hello\n"));
    await this.rfile.read();
  }
}

class Poor extends ThreadingTCPServer {
  override async getRequest(options?: WaitOptions) {
    attempts++;
    try {
      return await super.getRequest(options);
    } catch (error) {
      if (error instanceof OSError) errors.push(error.code);
      throw error;
    }
  }
}

// Half a second after its start Deno opens what it hears signals by, and panics if
// that fails (Deno 2.9); so it has to be open before all descriptors are taken.
const ignore = () => {};
Deno.addSignalListener("SIGHUP", ignore);
Deno.removeSignalListener("SIGHUP", ignore);

async function serve(server: Poor, signal: AbortSignal): Promise<void> {
  if (Deno.args[0] === "serveForever") return await server.serveForever();
  try {
    while (true) await server.handleRequest({ signal });
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
}

const server = new Poor(["127.0.0.1", 0], Greeting);
const stopping = new AbortController();
const serving = serve(server, stopping.signal);
console.log(JSON.stringify(server.serverAddress));
for await (const _ of inputLines()) {
  const { user, system } = globalThis.process.cpuUsage();
  const seconds = (user + system) / 1e6;
  console.log(JSON.stringify({ attempts, errors, seconds }));
  attempts = 0;
  errors = [];
}
stopping.abort();
await server.shutdown();
await serving;
await server.serverClose();
