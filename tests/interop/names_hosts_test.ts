import { assertEquals } from "@std/assert";
import {
  getfqdn,
  gethostbyaddr,
  gethostbyname,
  gethostbynameEx,
} from "../../socket/mod.ts";
import { outcomeOf } from "../support/program.ts";
import { needsPython, runPython } from "../support/python.ts";

const linux = Deno.build.os === "linux";

Deno.test(
  "gethostname() gives the kernel's name if it may have that and the file",
  {
    ignore: !linux || needsPython.ignore,
  },
  async () => {
    const name = await runPython(`
import socket
print(socket.gethostname())
`);
    const flags = ["--allow-sys=hostname", "--allow-read=/etc/hostname"];
    assertEquals(await outcomeOf(`socket.gethostname()`, flags), {
      value: name.trim(),
    });
  },
);

Deno.test({
  name:
    "gethostbyname() and the like agree with CPython on numbers and special names",
  ignore: needsPython.ignore || !linux,
  fn: async () => {
    const names = [
      ...[
        "127.0.0.1",
        "127.1",
        "1",
        "1.2",
        "0x7f.1",
        "0177.1",
        "255.255.255.255",
      ],
      ...["", "*", "<broadcast>", ".", "a..b", "a".repeat(64), "1.2.3.4"],
      ...["::1", "::ffff:1.2.3.4", "fe80::1%1", "::1%lo", "\ud800", "\uff11.2"],
    ];
    const calls = [
      ...names.map((name) => ["gethostbyname", name]),
      // For these CPython asks the name server, or gives an old h_errno.
      ...names
        .filter((name) =>
          !["", "<broadcast>", "0x7f.1", "::ffff:1.2.3.4"].includes(name)
        )
        .map((name) => ["gethostbyname_ex", name]),
      // Others would be asked for.
      ...["127.0.0.1", "127.1", "0x7f.1", "", "*", ".", "::1%lo", "a..b"]
        .flatMap((name) => [["gethostbyaddr", name], ["getfqdn", name]])
        .filter(([call, name]) => call !== "getfqdn" || name !== ""),
    ];
    const expected = JSON.parse(
      await runPython(
        `
import json, socket, sys
found = []
for call, name in json.load(sys.stdin):
    try:
        found.append(getattr(socket, call)(name))
    except OSError as error:
        found.append([type(error).__name__, error.errno])
    except UnicodeError:
        found.append(["UnicodeEncodeError", None])
print(json.dumps(found))
`,
        { stdin: JSON.stringify(calls) },
      ),
    );
    const functions: Record<string, (name: string) => Promise<unknown>> = {
      gethostbyname,
      "gethostbyname_ex": gethostbynameEx,
      gethostbyaddr,
      getfqdn,
    };
    for (const [index, [call, name]] of calls.entries()) {
      const found = await functions[call](name).catch((error) => [
        error.name,
        error.errno ?? null,
      ]);
      assertEquals(found, expected[index], JSON.stringify([call, name]));
    }
  },
});
