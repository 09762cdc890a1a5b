import { assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "../support/program.ts";
import { needsPython, runPython } from "../support/python.ts";

const report = new URL("../../server/report.ts", import.meta.url).href;

/** Gives what reporting prints to the standard error stream. */
async function printed(code: string): Promise<string> {
  const { stdout, stderr } = await runProgram(
    `import { report } from ${JSON.stringify(report)};\n${code}`,
  );
  assertEquals(stdout, "");
  return stderr;
}

Deno.test({
  ...needsPython,
  name: "report() prints the lines that CPython's handle_error prints",
  async fn() {
    const python = await runPython(`
import socketserver, sys
sys.stderr = sys.stdout
server = socketserver.BaseServer(("127.0.0.1", 1), None)
try:
    raise ValueError("planned")
except ValueError:
    server.handle_error(None, ("127.0.0.1", 50007))
`);
    const ours = await printed(
      'report(new RangeError("planned"), ["127.0.0.1", 50007]);',
    );
    const [dashes, sentence] = python.split("\n");
    assertEquals(
      sentence,
      "Exception occurred during processing of request from ('127.0.0.1', 50007)",
    );
    assertEquals(ours.split("\n").slice(0, 3), [
      dashes,
      `${sentence.slice(0, sentence.indexOf("("))}[ "127.0.0.1", 50007 ]`,
      "RangeError: planned",
    ]);
    assertEquals(ours.trimEnd().split("\n").at(-1), dashes);
    assertEquals(python.trimEnd().split("\n").at(-1), dashes);
  },
});

Deno.test("report() prints stack and cause of the error", async () => {
  const text = await printed(`
    const cause = new TypeError("the cause");
    report(new Error("100% planned %s", { cause }), null);
  `);
  assertMatch(text, /request from null\nError: 100% planned %s\n +at /);
  assertMatch(text, /\[cause\]: TypeError: the cause\n +at /);
});

for (
  const [value, shown] of [['"a text %d"', '"a text %d"'], [
    "undefined",
    "undefined",
  ], ["{ a: 1 }", "{ a: 1 }"]]
) {
  Deno.test(`report() prints ${value}, which was thrown and is not an Error`, async () => {
    const lines = (await printed(`report(${value}, "/path");`)).split("\n");
    assertEquals(lines.slice(1, 3), [
      'Exception occurred during processing of request from "/path"',
      shown,
    ]);
  });
}
