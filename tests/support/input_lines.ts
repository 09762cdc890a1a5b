/** The lines of this process's stdin, for programs that a test talks to. */
export async function* inputLines(): AsyncGenerator<string> {
  let text = "";
  for await (
    const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  ) {
    const lines = (text + part).split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}
