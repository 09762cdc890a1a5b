import { assertEquals } from "@std/assert";
import { errno, strerror } from "../../socket/constants/errno.ts";
import { needsPython, runPython } from "../support/python.ts";

const needsLinux = {
  ignore: needsPython.ignore || Deno.build.os !== "linux",
};

/** Evaluates an expression of Python that has a value for each code. */
async function byCode<T>(expression: string): Promise<Record<string, T>> {
  return JSON.parse(
    await runPython(`
import errno, json, os
print(json.dumps({n: ${expression} for n, c in vars(errno).items() if n[0] == 'E'}))`),
  );
}

Deno.test({
  name: "errno has the numbers of Python's errno on Linux",
  ...needsLinux,
  async fn() {
    const numbers = await byCode<number>("c");
    for (const [code, number] of Object.entries(errno)) {
      assertEquals(number, numbers[code], code);
    }
  },
});

Deno.test({
  name: "strerror() gives glibc's words",
  ...needsLinux,
  async fn() {
    const words = await byCode<string>("os.strerror(c)");
    for (const code of Object.keys(errno)) {
      assertEquals(strerror(code), words[code], code);
    }
  },
});
