// What the tests of examples/file_server.ts share: it runs as a user runs it,
// and serves its own site or a folder of the test's.
import { commandsOf, examplePorts, type Running, start } from "./process.ts";

/** Where it serves. */
export const ADDRESS = { hostname: "127.0.0.1", port: 8000 } as const;
/** Where it serves, for browsers. */
export const URL_HERE = "http://127.0.0.1:8000";
/** What it prints first. */
export const SERVING = `Serving ${URL_HERE}/, press Ctrl-C to stop\n`;
/** Its commands: by flags, by the name of a permission set, and for a folder. */
export const [byFlags, byName, forFolder] = await commandsOf("file_server");

// Milliseconds; a browser may take its time.
const LONGEST = 120_000;

/** The server as it runs; disposing of it ends it, and gives the port back. */
export class Serving implements AsyncDisposable {
  /** The process. */
  readonly process: Running;
  readonly #ports: Disposable;

  private constructor(process: Running, ports: Disposable) {
    this.process = process;
    this.#ports = ports;
  }

  /** Starts it and waits until it serves. */
  static async start(command: string): Promise<Serving> {
    const ports = await examplePorts();
    const serving = new Serving(
      start(command, undefined, undefined, LONGEST),
      ports,
    );
    await serving.process.printed(SERVING);
    return serving;
  }

  /** Starts it for a folder; gives it leave to read that, or one around it. */
  static forFolder(folder: string, readable = folder): Promise<Serving> {
    return Serving.start(
      forFolder.replace("=FOLDER", `=${readable}`).replace(
        " FOLDER",
        ` ${folder}`,
      ),
    );
  }

  /** Ends it as Ctrl-C does; gives the lines that it printed between its first and its last. */
  async end(): Promise<string[]> {
    this.process.interrupt();
    const { code, stdout, stderr } = await this.process.end();
    const [first, ...lines] = stdout.trimEnd().split("\n");
    if (`${first}\n` === SERVING && lines.pop() === "Goodbye" && code === 0) {
      if (stderr.replace(/^Warning .*\n/, "") === "") return lines;
    }
    throw new Error(`It ended with status ${code}: ${stdout}${stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    this.#ports[Symbol.dispose]();
  }
}

/** A folder that goes at the end of the block. */
export async function temporary(): Promise<
  { path: string } & AsyncDisposable
> {
  // Without the links that a system's folder for temporary files may have.
  const path = await Deno.realPath(await Deno.makeTempDir());
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}
