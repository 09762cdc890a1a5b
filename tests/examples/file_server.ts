// What the tests of examples/file_server.ts share: it runs as a user runs it,
// but for its port, and serves its own site or a folder of the test.
import { commandsOf, copy, type Running, start } from "./process.ts";

/** Where it serves. */
export const ADDRESS = {
  hostname: "127.0.0.1",
  port: copy.port(8000),
} as const;
/** Where it serves, for browsers. */
export const URL_HERE = `http://127.0.0.1:${ADDRESS.port}`;
/** What it prints first. */
export const SERVING = `Serving ${URL_HERE}/, press Ctrl-C to stop\n`;
/** Its commands: by flags, by the name of a permission set, and for a folder. */
export const [byFlags, byName, forFolder] = await commandsOf("file_server");

// Milliseconds; a browser may take its time.
const LONGEST = 120_000;

/** The server as it runs; disposing of it ends it. */
export class Serving implements AsyncDisposable {
  /** The process. */
  readonly process: Running;

  private constructor(process: Running) {
    this.process = process;
  }

  /** Starts it and waits until it serves. */
  static async start(command: string): Promise<Serving> {
    const serving = new Serving(
      start(command, undefined, undefined, LONGEST),
    );
    await serving.process.printed(SERVING);
    return serving;
  }

  /**
   * Starts it for a folder.
   *
   * @param readable What it may read; only the folder if omitted.
   */
  static forFolder(
    folder: string,
    { readable = folder, command = forFolder } = {},
  ): Promise<Serving> {
    return Serving.start(
      command.replace("=FOLDER", `=${readable}`).replace(
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
