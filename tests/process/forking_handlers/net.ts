// Tells what it may do, and then does what it must not.
import { StreamRequestHandler } from "../../../server/mod.ts";

export default class Net extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const line = new TextDecoder().decode(await this.rfile.readline()).trim();
    await this.wfile.write(
      new TextEncoder().encode(`${await this.#do(line)}\n`),
    );
  }

  async #do(line: string): Promise<string> {
    switch (line) {
      case "states":
        return (["net", "read", "env"] as const).map((name) =>
          Deno.permissions.querySync({ name }).state
        ).join(" ");
      case "listen":
        try {
          Deno.listen({ port: 0 }).close();
          return "allowed";
        } catch (error) {
          return (error as Error).name;
        }
      case "close":
        return globalThis.close() as never;
      case "exit":
        return Deno.exit(3);
      case "process.exit":
        return globalThis.process.exit(3);
      case "timer":
        setTimeout(() => {
          throw new RangeError("boom");
        }, 0);
    }
    return await new Promise(() => {});
  }
}
