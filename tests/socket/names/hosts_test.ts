import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  getfqdn,
  gethostbyaddr,
  gethostbyname,
  gethostbynameEx,
  gethostname,
  OSError,
  PermissionError,
  sethostname,
} from "../../../socket/mod.ts";
import {
  flagsIn,
  outcomeOf,
  type ThrownFields,
} from "../../support/program.ts";
import { needsPython, runPython } from "../../support/python.ts";

const linux = Deno.build.os === "linux";

Deno.test(
  "gethostbyname() and gethostbynameEx() read numbers without any permission",
  {
    permissions: "none",
  },
  async () => {
    assertEquals(await gethostbyname("127.1"), "127.0.0.1");
    assertEquals(await gethostbyname(""), "0.0.0.0");
    assertEquals(await gethostbyname("<broadcast>"), "255.255.255.255");
    assertEquals(await gethostbyname("localhost"), "127.0.0.1");
    assertEquals(await gethostbynameEx("127.1"), ["127.1", [], ["127.0.0.1"]]);
  },
);

Deno.test("gethostbyname(), gethostbyaddr() and getfqdn() throw TypeError for a value that is not a C string", async () => {
  for (const name of ["a\0", 5, null]) {
    const wrong = name as string;
    await assertRejects(() => gethostbyname(wrong), TypeError);
    await assertRejects(() => gethostbynameEx(wrong), TypeError);
    await assertRejects(() => gethostbyaddr(wrong), TypeError);
    await assertRejects(() => getfqdn(wrong), TypeError);
  }
});

Deno.test(
  "getfqdn() throws PermissionError and does not take it for a missing name",
  {
    permissions: "none",
  },
  async () => {
    const error = await assertRejects(
      () => getfqdn("127.0.0.1"),
      PermissionError,
    );
    assert(error.message.includes("--allow-net=127.0.0.1 "), error.message);
    await assertRejects(() => getfqdn(), PermissionError);
  },
);

Deno.test("gethostname() names the flag that makes it work", async () => {
  const call = `socket.gethostname()`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals(
    error.message,
    "Cannot get the host name: permission denied (EACCES); run again with --allow-sys=hostname",
  );
  const { value } = await outcomeOf(call, flagsIn(error.message)) as {
    value: string;
  };
  assert(value.length > 0);
});

Deno.test("gethostname() takes /etc/hostname where that may be read", {
  ignore: !linux,
}, async () => {
  let file: string;
  try {
    file = await Deno.readTextFile("/etc/hostname");
  } catch {
    return; // not every system has it
  }
  assertEquals(
    await outcomeOf(`socket.gethostname()`, ["--allow-read=/etc/hostname"]),
    { value: file.trim() },
  );
});

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

Deno.test("sethostname() names the flag that makes it work", {
  ignore: !linux,
}, async () => {
  const call = `socket.sethostname("renamed")`;
  const error = await outcomeOf(call, ["--allow-write"]) as ThrownFields;
  assertEquals(
    error.message,
    "Cannot set the host name: permission denied (EACCES); run again with --allow-all",
  );
});

// With a host name of its own, and as nobody.
const unshare = ["unshare", "-u"];
const nobody = ["setpriv", "--reuid=65534", "--clear-groups"];

/** What `Deno.test` takes for a test that runs Deno with something in front. */
function needs(prefix: readonly string[]): { ignore: boolean } {
  const [program, ...args] = [...prefix, Deno.execPath(), "--version"];
  try {
    if (linux && new Deno.Command(program, { args }).outputSync().success) {
      return { ignore: false };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log(`skipping a test of sethostname(): no ${prefix.join(" ")} here`);
  return { ignore: true };
}

Deno.test("sethostname() renames the machine", needs(unshare), async () => {
  const call = (name: string) =>
    `{
    socket.sethostname(${JSON.stringify(name)});
    return socket.gethostname();
  }`;
  for (const name of ["renamed", "re.named.test", "x".repeat(64)]) {
    assertEquals(
      await outcomeOf(call(name), ["--allow-all"], unshare),
      {
        value: name,
      },
    );
  }
});

Deno.test(
  "sethostname() throws EPERM if the user is not the superuser",
  needs(nobody),
  async () => {
    const error = await outcomeOf(`socket.sethostname("renamed")`, [
      "--allow-all",
    ], [...nobody, "env", "HOME=/tmp"])
      .catch((error) => error) as ThrownFields;
    // Deno itself may not start there: then there is nothing to see.
    if (error instanceof Error) return;
    assertEquals([error.name, error.code], ["PermissionError", "EPERM"]);
  },
);

Deno.test("sethostname() throws for an invalid name", () => {
  const error = assertThrows(() => sethostname("x".repeat(65)), OSError);
  assertEquals(error.code, "EINVAL");
  for (const name of ["a\nb", "a\0b"]) {
    const error = assertThrows(() => sethostname(name), OSError);
    assertEquals(error.code, "EOPNOTSUPP");
  }
  assertThrows(() => sethostname(5 as unknown as string), TypeError);
});

Deno.test("gethostname() asks the driver that it was given", () => {
  const driver = { machine: { gethostname: () => "simulated" } } as never;
  assertEquals(gethostname({ driver }), "simulated");
});

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
