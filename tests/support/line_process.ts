// A program that is talked to line by line.

/** A program that runs beside the test; disposing of it kills it and waits for its end. */
export class LineProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#output = child.stdout.getReader();
  }

  /** Its process number. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Settles when it has ended. */
  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Reads the next line that it prints, without the line's end; `undefined` after the last. */
  async readLine(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end).replace(/\r$/, "");
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#output.read();
      if (done) {
        const rest = this.#text;
        this.#text = "";
        return rest === "" ? undefined : rest;
      }
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  /** Writes a line to its stdin. */
  async writeLine(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Ends its stdin, which a program can take as the sign to end. */
  async closeInput(): Promise<void> {
    await this.#input.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
    await this.#output.cancel();
    await this.#input.abort().catch(() => {});
  }
}
