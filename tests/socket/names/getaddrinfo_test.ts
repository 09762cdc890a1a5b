import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  AI_ADDRCONFIG,
  AI_ALL,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  AI_PASSIVE,
  AI_V4MAPPED,
  gaierror,
  getaddrinfo,
  getnameinfo,
  IPPROTO_TCP,
  NI_NAMEREQD,
  NI_NUMERICHOST,
  OSError,
  SOCK_STREAM,
  UnicodeEncodeError,
} from "../../../socket/mod.ts";
import {
  flagsIn,
  outcomeOf,
  type ThrownFields,
} from "../../support/program.ts";
import { needsPython, runPython } from "../../support/python.ts";

const tcp = { type: SOCK_STREAM };
const linux = Deno.build.os === "linux";

Deno.test("getaddrinfo() reads numbers without any permission", {
  permissions: "none",
}, async () => {
  assertEquals(await getaddrinfo("127.1", "80", tcp), [
    [AF_INET, SOCK_STREAM, IPPROTO_TCP, "", ["127.0.0.1", 80]],
  ]);
  assertEquals(await getaddrinfo("fe80::1%3", "https", tcp), [
    [AF_INET6, SOCK_STREAM, IPPROTO_TCP, "", ["fe80::1", 443, 0, 3]],
  ]);
  assertEquals((await getaddrinfo(null, 80)).length, 6);
});

Deno.test("getaddrinfo() knows localhost without any permission", {
  permissions: "none",
}, async () => {
  for (const host of ["localhost", "LOCALHOST.", "app.localhost"]) {
    const infos = await getaddrinfo(host, 80, tcp);
    assertEquals(infos.map(([, , , , address]) => address[0]), [
      "::1",
      "127.0.0.1",
    ]);
    const [only] = await getaddrinfo(host, 80, { ...tcp, family: AF_INET });
    assertEquals(only[4], ["127.0.0.1", 80]);
  }
});

Deno.test("getaddrinfo() gives a canonical name for AI_CANONNAME, in the first answer", async () => {
  const infos = await getaddrinfo("127.1", null, { flags: AI_CANONNAME });
  assertEquals(infos.map(([, , , canonname]) => canonname), ["127.1", "", ""]);
});

Deno.test("getaddrinfo() maps IPv4 addresses for AI_V4MAPPED", async () => {
  const [info] = await getaddrinfo("192.0.2.1", 80, {
    ...tcp,
    family: AF_INET6,
    flags: AI_V4MAPPED,
  });
  assertEquals(info[4], ["::ffff:192.0.2.1", 80, 0, 0]);
  const [back] = await getaddrinfo("::ffff:192.0.2.1", 80, {
    ...tcp,
    family: AF_INET,
  });
  assertEquals(back[4], ["192.0.2.1", 80]);
});

Deno.test("getaddrinfo() throws TypeError, RangeError or UnicodeEncodeError for arguments that no system call gets", async () => {
  for (const host of [5, undefined, "a\0b", ["::1"]]) {
    await assertRejects(() => getaddrinfo(host as string, 80), TypeError);
  }
  for (const port of [1.5, NaN, true, undefined, "http\0"]) {
    await assertRejects(() => getaddrinfo("::1", port as number), TypeError);
  }
  for (const name of ["family", "type", "proto", "flags"]) {
    await assertRejects(
      () => getaddrinfo("::1", 80, { [name]: 2 ** 31 }),
      RangeError,
    );
  }
  for (const host of [".", "a..b", ".a", `${"a".repeat(64)}.b`, "\ud800"]) {
    await assertRejects(() => getaddrinfo(host, 80), UnicodeEncodeError);
  }
});

Deno.test("getaddrinfo() does not ask for a name that is too long", {
  permissions: "none",
}, async () => {
  for (const host of [`${"a".repeat(50)}.`.repeat(5), ""]) {
    const error = await assertRejects(() => getaddrinfo(host, 80), gaierror);
    assertEquals(error.code, "EAI_NONAME");
  }
});

Deno.test("getaddrinfo() rejects with the reason of a signal that has aborted", async () => {
  const reason = new Error("stop");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() =>
    getaddrinfo("name.invalid", 80, { signal })
  );
  assertEquals(error, reason);
});

Deno.test("getaddrinfo() names the flags that make AI_ADDRCONFIG work", async () => {
  const call =
    `socket.getaddrinfo("127.0.0.1", 80, { type: 1, flags: ${AI_ADDRCONFIG} })`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals(error.name, "PermissionError");
  assertEquals(flagsIn(error.message), ["--allow-sys=networkInterfaces"]);
  const result = await outcomeOf(call, flagsIn(error.message));
  assert(
    "value" in (result as object) || (result as ThrownFields).errno === -2,
  );
});

Deno.test("getaddrinfo() names the flags of which each allows a name", {
  ignore: !linux,
}, async () => {
  const call = `socket.getaddrinfo("name.invalid", 80)`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals([error.name, error.code], ["PermissionError", "EACCES"]);
  const flags = flagsIn(error.message);
  assertEquals(flags[0], "--allow-net=name.invalid");
  assertEquals(flags.length, 2);
  for (const flag of flags) {
    const answer = await outcomeOf(call, [flag]) as ThrownFields;
    // What the network says is not this test's business, if it may say it.
    assertEquals(answer.name, "gaierror", flag);
  }
});

Deno.test("getaddrinfo() reads an interface's name as a scope where it may", {
  ignore: !linux,
}, async () => {
  const call = `socket.getaddrinfo("fe80::1%lo", 80, { type: 1 })`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals(error.name, "PermissionError");
  assertEquals(await outcomeOf(call, flagsIn(error.message)), {
    value: [[AF_INET6, SOCK_STREAM, IPPROTO_TCP, "", ["fe80::1", 80, 0, 1]]],
  });
  // "lo" is no scope of an address that is not its link's.
  const other = `socket.getaddrinfo("::1%lo", 80)`;
  const none = await outcomeOf(other, ["--allow-all"]) as ThrownFields;
  assertEquals(none.code, "EAI_NONAME");
});

Deno.test("getnameinfo() writes numbers without any permission", {
  permissions: "none",
}, async () => {
  assertEquals(await getnameinfo(["127.1", 80], NI_NUMERICHOST), [
    "127.0.0.1",
    "http",
  ]);
  assertEquals(await getnameinfo(["fe80::1", 1, 0, 9], NI_NUMERICHOST), [
    "fe80::1%9",
    "tcpmux",
  ]);
});

Deno.test("getnameinfo() names the flags of which each allows an address", {
  ignore: !linux,
}, async () => {
  const call = `socket.getnameinfo(["127.0.0.1", 80], ${NI_NAMEREQD})`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals(error.name, "PermissionError");
  const flags = flagsIn(error.message);
  assertEquals(flags[0], "--allow-net=127.0.0.1");
  assertEquals(flags.length, 2);
  for (const flag of flags) {
    const answer = await outcomeOf(call, [flag]) as ThrownFields;
    assert(answer.name !== "PermissionError", flag);
  }
});

const errors = `
def attempt(call, *args):
    try:
        return {"value": call(*args)}
    except OSError as error:
        return {"error": [type(error).__name__, error.errno]}
    except UnicodeError as error:
        return {"error": ["UnicodeEncodeError", None]}
    except OverflowError as error:
        return {"error": ["RangeError", None]}
    except (TypeError, ValueError) as error:
        return {"error": ["TypeError", None]}
`;

async function attempt(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await call() };
  } catch (error) {
    const { name, errno = null } = error as Error & { errno?: number };
    return { error: [name, errno] };
  }
}

/** Every element of the product of lists, thinned out evenly to about `most`. */
function* product(
  lists: readonly (readonly unknown[])[],
  most: number,
): Generator<unknown[]> {
  const size = lists.reduce((size, list) => size * list.length, 1);
  // A step that has no divisor in common with the lengths.
  const step = Math.max(1, Math.floor(size / most)) | 1;
  for (let at = 0; at < size; at += step) {
    let rest = at;
    yield lists.map((list) => {
      const item = list[rest % list.length];
      rest = Math.floor(rest / list.length);
      return item;
    });
  }
}

const hosts = [
  ...[null, "*", "", "1.2.3.4", "127.1", "1", "0x7f.1", "0177.1", "08.1"],
  ...["1.2.3.4.", "1.2.3.256", "1.2.3.4 ", " 1.2.3.4", "4294967296", "::1"],
  ...["::", "1::8", "fe80::1%1", "fe80::1%01", "fe80::1%99", "::1%5", "::1%"],
  ...["fe80::1%", "fe80::1%4294967295", "fe80::1%4294967296", "::1%-1"],
  ...["ff02::1%1", "::ffff:1.2.3.4", "::ffff:1.2.3.4%3", "::1.2.3.4", "[::1]"],
  ...["::1%1%1", "1.2.3.4%1", "2001:DB8::1", "a b", ".", "a..b", ".a", "a."],
  ...[
    "a".repeat(64),
    "a".repeat(63),
    "ü".repeat(64),
    "\uff11.2",
    "1\u3002" + 2,
  ],
  ...["\uff11\uff12\uff17.1", "xn--a", "xn--ü", "\ud800", "faß", "-a", "a_b"],
];
const ports = [
  ...[null, "", "*", 0, 80, 65535, 65536, 70000, -1, 2 ** 31, 2 ** 40],
  ...["80", "080", "0x50", " 80", "80 ", "+80", "-80", "65616", "4294967376"],
  ...["99999999999999999999", "http", "www", "HTTP", "domain", "tftp", "nope"],
  ...["1e3", "80.0", "ü", "\ud800", " ", "+", "https", "sunrpc", "syslog"],
];
const families = [AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX, -1, 99];
const types = [0, 1, 2, 3, 5, 6, -1, 7];
const protos = [0, 6, 17, 33, 132, 136, 1, 255, -1];
// Unnamed in Python, and refused here: AI_IDN and its kin, 64 to 512.
const flags = [
  ...[0, AI_PASSIVE, AI_CANONNAME, AI_NUMERICSERV, AI_V4MAPPED, AI_ALL],
  ...[AI_V4MAPPED | AI_ALL, AI_PASSIVE | AI_CANONNAME, 2048, -1, 1 << 30],
  AI_CANONNAME | AI_NUMERICSERV | AI_V4MAPPED,
].map((flags) => flags | AI_NUMERICHOST);

Deno.test({
  name: "getaddrinfo() agrees with CPython on numbers, services and flags",
  ignore: needsPython.ignore || !linux,
  fn: async () => {
    const calls = [
      ...product([hosts, families.slice(0, 3), flags, [80], [1], [0]], 2000),
      ...product([["1.2.3.4", null], [0], flags, ports, [0, 1], [0]], 1000),
      ...product([["::1"], families, [4], ports, types, protos], 2500),
      ...product([hosts, families, flags, ports, types, protos], 2000),
    ] as [
      string | null,
      number,
      number,
      string | number | null,
      number,
      number,
    ][];
    assert(calls.length > 5000);
    const expected = JSON.parse(
      await runPython(
        `
import json, socket, sys
${errors}
print(json.dumps([
    attempt(socket.getaddrinfo, host, port, family, type, proto, flags)
    for host, family, flags, port, type, proto in json.load(sys.stdin)
]))
`,
        { stdin: JSON.stringify(calls) },
      ),
    );
    for (const [index, call] of calls.entries()) {
      const [host, family, flags, port, type, proto] = call;
      const found = await attempt(() =>
        getaddrinfo(host, port, { family, flags, type, proto })
      );
      assertEquals(found, expected[index], JSON.stringify(call));
    }
  },
});

Deno.test({
  name: "getnameinfo() agrees with CPython on numbers and services",
  ignore: needsPython.ignore || !linux,
  fn: async () => {
    const addresses = [
      ...[
        "127.0.0.1",
        "127.1",
        "::1",
        "1.2.3.4",
        "fe80::1%2",
        "::ffff:1.2.3.4",
      ],
      ...["localhost", "", "*", "x\0", "a..b", "::", "2001:db8::1", "ff05::2"],
    ].flatMap((host) => [
      ...[0, 53, 69, 80, 514, 65535, 65536, 70000, -1, "80", 2 ** 31]
        .map((port) => [host, port]),
      ...[[0], [0, 0], [5, 6], [0, 4294967295], [2 ** 20], [-1], [0, 0, 0]]
        .map((rest) => [host, 80, ...rest]),
      [host],
    ]);
    // Unnamed in Python, and refused here: 64 and 128.
    const flags = [1, 3, 17, 19, 9, 11, 5, 1 | 32, 1 | 256, -1];
    const calls = addresses.flatMap((address) =>
      flags.map((flags) => [address, flags] as const)
    );
    const expected = JSON.parse(
      await runPython(
        `
import json, socket, sys
${errors}
print(json.dumps([
    attempt(socket.getnameinfo, tuple(address), flags)
    for address, flags in json.load(sys.stdin)
]))
`,
        { stdin: JSON.stringify(calls) },
      ),
    );
    for (const [index, [address, flags]] of calls.entries()) {
      const found = await attempt(() =>
        getnameinfo(address as [string, number], flags)
      );
      assertEquals(found, expected[index], JSON.stringify([address, flags]));
    }
  },
});

Deno.test("getnameinfo() throws OSError for an IPv4 address with a scope", async () => {
  const error = await assertRejects(
    () => getnameinfo(["127.0.0.1", 80, 0, 0], 0),
    OSError,
  );
  assertEquals(
    error.message,
    'Cannot look up "127.0.0.1": IPv4 sockaddr must be 2 tuple',
  );
});
