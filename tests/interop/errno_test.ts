import { assertEquals } from "@std/assert";
import { errno, strerror } from "../../socket/constants/errno.ts";
import { errno as module } from "../../socket/errno.ts";
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
    assertEquals<Record<string, number>>(errno, numbers);
  },
});

Deno.test({
  name: "errno.errorcode is Python's on Linux",
  ...needsLinux,
  async fn() {
    const names = JSON.parse(
      await runPython(
        "import errno, json; print(json.dumps(errno.errorcode))",
      ),
    );
    assertEquals<Record<number, string>>(module.errorcode, names);
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
