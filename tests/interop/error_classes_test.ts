import { assertEquals } from "@std/assert";
import { errno } from "../../socket/constants/errno.ts";
import * as socket from "../../socket/mod.ts";
import { gaierror, osError } from "../../socket/errors.ts";
import { needsPython, runPython } from "../support/python.ts";

Deno.test({
  ...needsPython,
  name: "osError() creates the class that Python has for every code",
  async fn() {
    const theirs: Record<string, string> = JSON.parse(
      await runPython(
        "import errno, json; print(json.dumps({n: type(OSError(c, '')).__name__" +
          " for n, c in vars(errno).items() if n[0] == 'E'}))",
      ),
    );
    for (const code of Object.keys(errno)) {
      // Not a socket's errors; they are plain here.
      const name = ["ECHILD", "ESRCH"].includes(code)
        ? "OSError"
        : theirs[code] ?? "OSError";
      assertEquals(osError({ code, syscall: "recv" }).name, name, code);
    }
  },
});

const addressInfoCodes = Object.keys(socket)
  .filter((name) => name.startsWith("EAI_"))
  .filter((name) =>
    !["EAI_BADHINTS", "EAI_MAX", "EAI_PROTOCOL"].includes(name)
  );

Deno.test({
  ...needsPython,
  name: "gaierror has Python's numbers and words",
  ignore: needsPython.ignore || Deno.build.os !== "linux",
  async fn() {
    const theirs: [number, string][] = JSON.parse(
      await runPython(`
import ctypes, json, socket
say = ctypes.CDLL(None).gai_strerror
say.restype = ctypes.c_char_p
print(json.dumps([[getattr(socket, n), say(getattr(socket, n)).decode()]
                  for n in ${JSON.stringify(addressInfoCodes)}]))`),
    );
    for (const [index, code] of addressInfoCodes.entries()) {
      const error = new gaierror({ code, syscall: "getaddrinfo" });
      const [number, words] = theirs[index];
      assertEquals(error.errno, number, code);
      // Not every glibc has words for EAI_OVERFLOW.
      if (code !== "EAI_OVERFLOW") assertEquals(error.strerror, words, code);
    }
  },
});
