// FFI is outside of the sandbox, so the POSIX driver itself honours what
// `--deny-net` refuses.
import { assertEquals, assertMatch } from "@std/assert";
import { assertRefuses, outcomes, pathCalls } from "../support/denials.ts";
import { hasIpv6Here } from "../support/peers.ts";
import { hasPosix } from "../support/posix.ts";
import { allowLibc, posixValue } from "../support/posix_program.ts";

const ignore = !hasPosix;

/** The ways to write one host, and the family of each. */
const forms: readonly [host: string, family: string][] = [
  ["127.0.0.1", "AF_INET"],
  ["0x7f000001", "AF_INET"],
  ["0177.0.0.1", "AF_INET"],
  ["127.1", "AF_INET"],
  ["2130706433", "AF_INET"],
  ["localhost", "AF_INET"],
];
const mapped: typeof forms = hasIpv6Here
  ? [["::ffff:127.0.0.1", "AF_INET6"], ["::ffff:7f00:1", "AF_INET6"]]
  : [];

/** What a connection reaches as well, though nothing of it says so. */
const any: typeof forms = [
  ["0.0.0.0", "AF_INET"],
  ["", "AF_INET"],
  ...(hasIpv6Here ? [["::ffff:0.0.0.0", "AF_INET6"] as const] : []),
].map(([host, family]) => [host, family]);

type Call = readonly [
  name: string,
  call: (host: string, family: string) => string,
  hosts: typeof forms,
];

const calls: readonly Call[] = [
  [
    "connect()",
    (host, family) => `s.socket(s.${family}).connect(["${host}", 1])`,
    [...forms, ...mapped, ...any],
  ],
  [
    "connectEx()",
    (host, family) => `s.socket(s.${family}).connectEx(["${host}", 1])`,
    [...forms, ...mapped, ...any],
  ],
  [
    "connect() of a datagram socket",
    (host, family) =>
      `s.socket(s.${family}, s.SOCK_DGRAM).connect(["${host}", 1])`,
    [...forms, ...mapped, ...any],
  ],
  [
    "bind()",
    (host, family) => `s.socket(s.${family}).bind(["${host}", 0])`,
    [...forms, ...mapped],
  ],
  [
    "sendto()",
    (host, family) =>
      `s.socket(s.${family}, s.SOCK_DGRAM).sendto(bytes("x"), ["${host}", 1])`,
    [...forms, ...mapped, ...any],
  ],
  [
    "sendmsg()",
    (host, family) =>
      `s.socket(s.${family}, s.SOCK_DGRAM).sendmsg([bytes("x")], [], 0, ["${host}", 1])`,
    [...forms, ...mapped, ...any],
  ],
  [
    "createConnection()",
    (host) => `s.createConnection(["${host}", 1])`,
    [...forms, ...mapped, ...any.filter(([host]) => host !== "")],
  ],
  [
    "createServer()",
    (host, family) => `s.createServer(["${host}", 0], { family: s.${family} })`,
    [...forms, ...mapped],
  ],
];

for (const [name, call, hosts] of calls) {
  Deno.test(
    `${name} is refused with --deny-net=127.0.0.1, however the host is written`,
    {
      ignore,
    },
    () =>
      assertRefuses(
        "--deny-net=127.0.0.1",
        hosts.map(([host, family]) => call(host, family)),
        [call("127.0.0.2", "AF_INET")],
      ),
  );

  Deno.test(
    `${name} is refused with --deny-net=localhost if it is given the name`,
    {
      ignore,
    },
    () =>
      assertRefuses(
        "--deny-net=localhost",
        ["localhost", "LOCALHOST", "localhost."].map((host) =>
          call(host, "AF_INET")
        ),
        [call("127.0.0.1", "AF_INET")],
      ),
  );

  if (hasIpv6Here) {
    Deno.test(
      `${name} is refused with --deny-net=[::1], however the host is written`,
      {
        ignore,
      },
      () =>
        assertRefuses(
          "--deny-net=[::1]",
          ["::1", "0:0:0:0:0:0:0:1", "::0001"].map((host) =>
            call(host, "AF_INET6")
          ),
          [call("127.0.0.1", "AF_INET")],
        ),
    );
  }
}

Deno.test(
  "connectEx() throws the refusal, for that is not an answer of the network",
  {
    ignore,
  },
  async () => {
    const got = await posixValue(
      `return await s.socket().connectEx(["127.0.0.1", 1]).then(String, (error) => [error.name, error.message]);`,
      { flags: [allowLibc, "--deny-net=127.0.0.1"] },
    ) as string[];
    assertEquals(got[0], "PermissionError");
    assertMatch(
      got[1],
      /^Cannot connect to "127\.0\.0\.1:1": .* --deny-net refuses "127\.0\.0\.1:1"$/,
    );
  },
);

Deno.test(
  "bind() to all addresses is no bind() to one that --deny-net refuses, as with Deno",
  {
    ignore,
  },
  () =>
    assertRefuses("--deny-net=127.0.0.1", [], [
      `s.socket().bind(["", 0])`,
      `s.socket().listen()`,
      `s.createServer(["0.0.0.0", 0])`,
      `Deno.listen({ hostname: "0.0.0.0", port: 0 })`,
    ]),
);

Deno.test(
  "bind() to all addresses is refused with --deny-net=0.0.0.0, and so is listen() without bind()",
  {
    ignore,
  },
  () =>
    assertRefuses("--deny-net=0.0.0.0", [
      `s.socket().bind(["", 0])`,
      `s.socket().listen()`,
      `s.createServer(["0.0.0.0", 0])`,
    ]),
);

for (const host of ["127.0.0.1", "localhost"]) {
  Deno.test(`a port of --deny-net=${host}:PORT is refused and no other`, {
    ignore,
  }, async () => {
    const open = { hostname: "127.0.0.1", port: 0 };
    using one = Deno.listen(open);
    using other = Deno.listen(open);
    const [refused, allowed] = [one, other].map(({ addr: { port } }) => [
      `s.socket().connect(["${host}", ${port}])`,
      `s.createConnection(["${host}", ${port}])`,
      `s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(bytes("x"), ["${host}", ${port}])`,
    ]);
    const flag = `--deny-net=${host}:${one.addr.port}`;
    await assertRefuses(flag, refused, allowed);
    assertEquals(await outcomes(allowed, [flag]), ["done", "done", "1"]);
  });
}

Deno.test("getaddrinfo() and its kin are refused a name of --deny-net", {
  ignore,
}, () =>
  assertRefuses("--deny-net=localhost", [
    `s.getaddrinfo("localhost", 80)`,
    `s.getaddrinfo("LocalHost.", null)`,
    `s.gethostbyname("localhost")`,
    `s.gethostbynameEx("localhost")`,
    `s.gethostbyaddr("localhost")`,
  ], [
    `s.getaddrinfo("127.0.0.1", 80)`,
    `s.gethostbyname("127.0.0.1")`,
  ]));

Deno.test(
  "every address is refused with --deny-net alone, and a pair without one is not",
  {
    ignore,
  },
  () =>
    assertRefuses("--deny-net", [
      `s.socket().connect(["127.0.0.1", 1])`,
      `s.socket().bind(["", 0])`,
      `s.socket().listen()`,
      `s.getaddrinfo("localhost", 80)`,
      ...pathCalls(`"relative"`),
      ...pathCalls(`"\\0abstract"`),
      ...pathCalls("Uint8Array.of(0, 255)"),
    ], [
      "s.socketpair()",
      "s.socket()",
      "s.socket(s.AF_NETLINK, s.SOCK_RAW).bind([0, 0])",
      "s.gethostname()",
    ]),
);

Deno.test("a grant of --allow-net is not needed and refuses nothing", {
  ignore,
}, async () => {
  const flags = ["--allow-net=127.0.0.1:1"];
  const bind = `s.socket().bind(["127.0.0.2", 0])`;
  assertEquals(await outcomes([bind], flags), ["done"]);
});
