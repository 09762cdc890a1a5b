// Does what the client's first line says.
import { Buffer } from "node:buffer";
import { StreamRequestHandler } from "../../../server/mod.ts";
import { SHUT_WR, TimeoutError } from "../../../socket/mod.ts";

let served = 0;
const worker = crypto.randomUUID();

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Keeps its thread busy until there is a file, and no longer than half a minute. */
function spin(path: string): void {
  for (const begin = Date.now(); Date.now() - begin < 30_000;) {
    try {
      return void Deno.statSync(path);
    } catch {
      // Not yet.
    }
  }
}

export default class Commands extends StreamRequestHandler {
  #line = "";

  override async setup(): Promise<void> {
    await super.setup();
    served++;
    this.#line = decode(await this.rfile.readline()).trim();
    if (this.#line === "throw in setup") throw new RangeError(this.#line);
  }

  override async handle(): Promise<void> {
    const [command, ...rest] = this.#line.split(" ");
    const argument = rest.join(" ");
    switch (command) {
      case "worker":
        return await this.#say(`${worker} ${served}`);
      case "wait": {
        await this.#say("waiting");
        await this.rfile.readline();
        return await this.#say("done");
      }
      case "addresses":
        return await this.#say(JSON.stringify([
          this.connection.getsockname(),
          this.connection.getpeername(),
          this.clientAddress,
          this.server.serverAddress,
          this.connection.gettimeout(),
        ]));
      case "throw":
        if (argument === "in handle") throw new RangeError(this.#line);
        return;
      case "crash":
        return await this.#crash(argument);
      case "spin": {
        await this.#say("spinning");
        spin(argument);
        return await this.#say("done");
      }
      case "half-close": {
        await this.#say("all");
        this.connection.shutdown(SHUT_WR);
        const rest = decode(await this.rfile.read());
        throw new Error(`after the end came ${rest}`);
      }
      case "buffer": {
        const data = Buffer.alloc(200_000, "a");
        const sending = this.connection.sendall(data);
        data.fill("b");
        await sending;
        return await this.#say(`${data.length}${data.at(-1)}`);
      }
      case "late": {
        // Times out many times, and then has lost nothing.
        this.connection.settimeout(0.002);
        let late = 0;
        for (let got = 0; got < 100;) {
          try {
            got += (await this.connection.recv(1)).length;
          } catch (error) {
            if (!(error instanceof TimeoutError)) throw error;
            late++;
            await this.#say(late === 1 ? "late" : "");
          }
        }
        return await this.#say("all");
      }
      case "close": {
        await this.#say("bye");
        await this.wfile.close();
        await this.rfile.close();
        this.connection.close();
        await new Promise(() => {});
        return;
      }
      case "code": {
        // What the client's end does to a receive and to sends.
        await this.#say("ready");
        const codes: string[] = [];
        const note = ({ code }: { code: string }) => codes.push(code);
        await this.connection.recv(1).then(() => codes.push("data"), note);
        await this.connection.recv(1).then(
          (data) => codes.push(`${data.length}`),
          note,
        );
        while (codes.length < 4) {
          await this.connection.sendall(new Uint8Array(65536)).catch(note);
        }
        throw new Error(codes.join(" "));
      }
      case "shutdown":
        return await this.#say(
          String(await this.server.shutdown(JSON.parse(argument))),
        );
    }
  }

  override async finish(): Promise<void> {
    await super.finish();
    if (this.#line === "throw in finish") throw new RangeError(this.#line);
  }

  async #say(text: string): Promise<void> {
    await this.wfile.write(encode(`${text}\n`));
  }

  async #crash(how: string): Promise<void> {
    await this.#say("now");
    switch (how) {
      case "in a timer":
        setTimeout(() => {
          throw new RangeError("boom");
        }, 0);
        break;
      case "by a promise":
        Promise.reject(new RangeError("boom"));
        break;
      case "by close()":
        globalThis.close();
        break;
      case "by Deno.exit(3)":
        Deno.exit(3);
        break;
      case "by process.exit(3)":
        globalThis.process.exit(3);
        break;
      case "in a loop":
        for (;;);
    }
    await new Promise(() => {});
  }
}
