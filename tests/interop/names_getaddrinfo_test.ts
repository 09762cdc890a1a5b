import { assert, assertEquals } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  AI_ALL,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  AI_PASSIVE,
  AI_V4MAPPED,
  getaddrinfo,
  getnameinfo,
} from "../../socket/mod.ts";
import { needsPython, runPython } from "../support/python.ts";

const linux = Deno.build.os === "linux";

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
// Unnamed in Python, and refused here: AI_IDN and related flags, 64 to 512.

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
