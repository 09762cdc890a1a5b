import { assert, assertEquals } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  AI_ADDRCONFIG,
  AI_ALL,
  AI_CANONNAME,
  AI_V4MAPPED,
  EAI_AGAIN,
  EAI_NODATA,
  EAI_NONAME,
  NI_NAMEREQD,
  NI_NOFQDN,
} from "../../socket/mod.ts";
import { inNetwork, Network, whyNoNetwork } from "../support/name_server.ts";
import { flagsIn, outcomeOf, type ThrownFields } from "../support/program.ts";
import { hasPython, interpreter } from "../support/python.ts";

const reason = whyNoNetwork();
if (reason !== undefined) {
  console.log(`skipping the tests of a real name server: ${reason}`);
}

const records = [
  "--host-record=both.test,10.1.0.1,2001:db8::1",
  "--host-record=four.test,10.1.0.4",
  "--host-record=six.test,2001:db8::6",
  "--cname=alias.test,both.test",
  "--cname=second.test,alias.test",
  "--host-record=inner.site.test,10.1.0.7",
  "--txt-record=text.test,hello",
  "--host-record=xn--bcher-kva.test,10.1.0.9",
  "--local=/10.in-addr.arpa/",
];
const files = {
  search: "site.test",
  hosts: `
127.0.0.1 localhost
127.0.0.9 filed filed.site.test other # a comment
10.9.0.5 Many
10.9.0.6 many
`,
};

/** Registers a test that has the network. */
function inside(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: reason !== undefined,
    fn: async () => {
      await using _network = await Network.open(records, files);
      await fn();
    },
  });
}

const all = ["--allow-net", "--allow-read"];
const child = (code: string, flags: readonly string[] = all) =>
  outcomeOf(code, flags, inNetwork);

/** The hosts of a name's addresses. */
const hostsOf = (name: string, options = "{}") =>
  `(await socket.getaddrinfo(${
    JSON.stringify(name)
  }, 80, { type: 1, ...${options} })).map(([, , , , address]) => address[0])`;
const wrapped = (code: string) => `{ return ${code} }`;

const names = [
  ...["both.test", "four.test", "six.test", "alias.test", "second.test"],
  ...["missing.test", "both.test.", "FOUR.TEST", "bücher.test"],
  ...["filed", "other", "Filed.Site.Test", "many", "localhost"],
  ...["-a.test", "a b.test", "a_b.test", "1.2.3.4.5.test", "a/b.test"],
];
const addresses = [
  ...["10.1.0.1", "2001:db8::1", "10.1.0.4", "10.1.0.9", "10.1.0.99"],
  ...["127.0.0.1", "127.0.0.9", "10.9.0.5", "2001:db8::99", "::ffff:10.1.0.1"],
];

type Call = [call: string, ...args: unknown[]];

const calls: Call[] = [
  ...names.flatMap((name) => [
    ...[AF_UNSPEC, AF_INET, AF_INET6].flatMap((family) => [
      ...[0, AI_CANONNAME, AI_V4MAPPED, AI_V4MAPPED | AI_ALL].map((flags) =>
        ["getaddrinfo", name, "http", family, flags] as Call
      ),
    ]),
    ["gethostbyname", name] as Call,
    ["gethostbyname_ex", name] as Call,
    ["gethostbyaddr", name] as Call,
    ["getfqdn", name] as Call,
  ]),
  ...addresses.flatMap((address) => [
    ["gethostbyaddr", address] as Call,
    ["getfqdn", address] as Call,
    ...[0, NI_NAMEREQD, NI_NOFQDN].map((flags) =>
      ["getnameinfo", [address, 80], flags] as Call
    ),
  ]),
  // This network has no addresses but the loopback ones.
  ...["both.test", "1.2.3.4", "::1"].flatMap((name) =>
    [AF_UNSPEC, AF_INET, AF_INET6].map((family) =>
      ["getaddrinfo", name, 80, family, AI_ADDRCONFIG] as Call
    )
  ),
  ["gethostbyname", "inner"],
  ["getaddrinfo", "inner", 80, AF_UNSPEC, 0],
];

/** Where we differ from CPython, and why. */
function difference([call, host, , family]: Call): string | undefined {
  if (host === "localhost" && family === AF_INET6) {
    return "RFC 6761: it has an IPv6 address, whatever the hosts file says";
  }
  if (call !== "getnameinfo" && host === "::ffff:10.1.0.1") {
    return "glibc finds the IPv4 address's name, which CPython then refuses";
  }
}

Deno.test({
  name:
    "getaddrinfo() and related calls agree with CPython on a real name server",
  ignore: reason !== undefined || !hasPython,
  fn: async () => {
    await using _network = await Network.open(records, files);
    const python = await new Deno.Command(inNetwork[0], {
      args: [
        ...inNetwork.slice(1),
        ...[interpreter, "-I", "-S", "-X", "utf8", "-c"],
        `
import json, socket, sys
found = []
for call, *args in json.loads(sys.argv[1]):
    if call == "getaddrinfo":
        host, port, family, flags = args
        args = [host, port, family, 1, 0, flags]
    if call == "getnameinfo":
        args[0] = tuple(args[0])
    try:
        found.append(getattr(socket, call)(*args))
    except OSError as error:
        found.append([type(error).__name__, error.errno])
print(json.dumps(found))
`,
        JSON.stringify(calls),
      ],
    }).output();
    assert(python.success, new TextDecoder().decode(python.stderr));
    const expected = JSON.parse(new TextDecoder().decode(python.stdout));
    const { value } = await child(
      `{
      const found = [];
      for (const [call, ...args] of ${JSON.stringify(calls)}) {
        const [host, port, family, flags] = args;
        try {
          found.push(
            call === "getaddrinfo"
              ? await socket.getaddrinfo(host, port, { family, type: 1, flags })
              : await socket[call === "gethostbyname_ex" ? "gethostbynameEx" : call](...args)
          );
        } catch (error) {
          found.push([error.name, error.errno]);
        }
      }
      return found;
    }`,
      [...all, "--allow-sys=networkInterfaces"],
    ) as { value: unknown[] };
    const wrong = calls.flatMap((call, index) => {
      const same = JSON.stringify(value[index]) ===
        JSON.stringify(expected[index]);
      return same || difference(call) !== undefined
        ? []
        : [[call, value[index], expected[index]]];
    });
    assertEquals(wrong, []);
  },
});

inside(
  "getaddrinfo() finds a name with any one of the grants that its error names",
  async () => {
    for (const name of ["both.test", "filed", "inner"]) {
      const error = await child(wrapped(hostsOf(name)), []) as ThrownFields;
      const flags = flagsIn(error.message);
      assertEquals(flags, [`--allow-net=${name}`, "--allow-net=127.0.0.1:53"]);
      const [one, other] = [
        await child(wrapped(hostsOf(name)), [flags[0]]),
        await child(wrapped(hostsOf(name)), [flags[1]]),
      ];
      assert("value" in (one as object), name);
      assertEquals(one, other);
    }
  },
);

inside(
  "getnameinfo() finds a name with any one of the grants that its error names",
  async () => {
    for (const address of ["10.1.0.1", "2001:db8::1"]) {
      const call = `socket.getnameinfo(["${address}", 80], ${NI_NAMEREQD})`;
      const error = await child(call, []) as ThrownFields;
      const flags = flagsIn(error.message);
      assertEquals(flags.length, 2);
      for (const flag of flags) {
        assertEquals(await child(call, [flag]), {
          value: ["both.test", "http"],
        });
      }
    }
  },
);

inside("getaddrinfo() needs the name server for a canonical name", async () => {
  const call = wrapped(
    `(await socket.getaddrinfo("alias.test", 80, { flags: ${AI_CANONNAME} }))[0][3]`,
  );
  const error = await child(call, ["--allow-net=alias.test"]) as ThrownFields;
  assertEquals(error.code, "EACCES");
  assertEquals(flagsIn(error.message), ["--allow-net=127.0.0.1:53"]);
  assertEquals(await child(call, flagsIn(error.message)), {
    value: "both.test",
  });
});

inside(
  "getaddrinfo() tells a failing server from a missing name where it may ask twice",
  async () => {
    const call = wrapped(hostsOf("name.example"));
    // dnsmasq refuses what is not its own.
    const failing = await child(call) as ThrownFields;
    assertEquals(failing.errno, EAI_AGAIN);
    const missing = await child(
      wrapped(hostsOf("missing.test")),
    ) as ThrownFields;
    assertEquals(missing.errno, EAI_NONAME);
    // The name exists, as Deno cannot tell: CPython says EAI_NODATA.
    const text = await child(wrapped(hostsOf("text.test"))) as ThrownFields;
    assertEquals(text.errno, EAI_NONAME);
    const six = await child(
      wrapped(hostsOf("four.test", `{ family: ${AF_INET6} }`)),
    ) as ThrownFields;
    assertEquals(six.errno, EAI_NODATA);
  },
);

inside("createConnection() looks names in other scripts up", async () => {
  const error = await child(
    `socket.createConnection(["bücher.test", 9], { timeout: 5 })`,
    ["--allow-net"],
  ) as ThrownFields;
  // There is no route in this network: the name has been found.
  assertEquals(error.code, "ENETUNREACH");
});

for (const server of ["dead", "slow"]) {
  inside(
    `getaddrinfo() ends at once by signal and deadline if the server is ${server}, and leaves nothing`,
    async () => {
      const began = performance.now();
      const result = await child(`{
      const name = "name.${server}.test";
      const ended = [];
      const timed = async (call) => {
        const began = performance.now();
        const { name } = await call().catch((error) => error);
        ended.push([name, performance.now() - began < 1000]);
      };
      const abort = () => ({ signal: AbortSignal.timeout(100) });
      await timed(() => socket.getaddrinfo(name, 80, abort()));
      await timed(() => socket.gethostbyname(name, abort()));
      await timed(() => socket.gethostbynameEx(name, abort()));
      await timed(() => socket.gethostbyaddr(name, abort()));
      await timed(() => socket.createConnection([name, 80], { timeout: 0.1 }));
      const reason = new Error("enough");
      const stop = new AbortController();
      setTimeout(() => stop.abort(reason), 50);
      const error = await socket.getaddrinfo(name, 80, stop).catch((error) => error);
      ended.push([error === reason, true]);
      return ended;
    }`) as { value: unknown };
      const late = ["TimeoutError", true];
      assertEquals(result.value, [late, late, late, late, late, [true, true]]);
      // The process ended as well: no query was left for it to wait for.
      assert(performance.now() - began < 5000);
    },
  );
}

inside(
  "getaddrinfo() throws EAI_NONAME when a slow server has answered",
  async () => {
    const error = await child(wrapped(hostsOf("name.slow.test")), [
      "--allow-net=127.0.0.1:53",
    ]) as ThrownFields;
    assertEquals(error.errno, EAI_NONAME);
  },
);
