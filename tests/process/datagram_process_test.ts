import { assertEquals } from "@std/assert";
import { AF_INET, SOCK_DGRAM, socket } from "../../socket/mod.ts";
import { runProgram, valueOf } from "../support/program.ts";

// What depends on permissions, and on when a process ends; with and without
// --unstable-net, which chooses between Deno.listenDatagram and node:dgram.

const ways = [
  ["Deno.listenDatagram", ["--unstable-net"]],
  ["node:dgram", []],
] as const;

const prelude = `
  import {
    AF_INET, AF_INET6, AF_UNIX, SO_BROADCAST, SOCK_DGRAM, socket, SOL_SOCKET,
  } from "socket";
  const x = new Uint8Array(1);
  async function tell(call) {
    try {
      await call();
      console.log(JSON.stringify("done"));
    } catch (error) {
      console.log(JSON.stringify(\`\${error.name}: \${error.message}\`));
    }
  }
`;

/** Calls that are refused, and the whole message. */
const refusals: readonly (readonly [
  flags: readonly string[],
  call: string,
  says: string,
])[] = [
  [
    [],
    `socket(AF_INET, SOCK_DGRAM).bind(["127.0.0.1", 5007])`,
    `PermissionError: Cannot bind to "127.0.0.1:5007": permission denied (EACCES); run again with --allow-net=127.0.0.1:5007`,
  ],
  [
    [],
    `socket(AF_INET6, SOCK_DGRAM).bind(["::1", 5007])`,
    `PermissionError: Cannot bind to "[::1]:5007": permission denied (EACCES); run again with --allow-net=[::1]:5007`,
  ],
  [
    ["--allow-net=127.0.0.1:9"],
    `await socket(AF_INET, SOCK_DGRAM).sendto(x, ["127.0.0.1", 9])`,
    `PermissionError: Cannot send to "127.0.0.1:9": permission denied (EACCES); run again with --allow-net=0.0.0.0:0,127.0.0.1:9`,
  ],
  [
    ["--allow-net=0.0.0.0:0"],
    `await socket(AF_INET, SOCK_DGRAM).sendto(x, ["127.0.0.1", 9])`,
    `PermissionError: Cannot send to "127.0.0.1:9": permission denied (EACCES); run again with --allow-net=0.0.0.0:0,127.0.0.1:9`,
  ],
  [
    ["--allow-net=0.0.0.0:0,127.0.0.1:9"],
    `await socket(AF_INET, SOCK_DGRAM).sendto(x, ["127.0.0.1", 9])`,
    "done",
  ],
  [
    [],
    `await socket(AF_INET, SOCK_DGRAM).connect(["127.0.0.1", 9])`,
    `PermissionError: Cannot connect to "127.0.0.1:9": permission denied (EACCES); run again with --allow-net=127.0.0.1:0,127.0.0.1:9`,
  ],
  [
    ["--allow-net=127.0.0.1"],
    `const s = socket(AF_INET, SOCK_DGRAM);
    await s.connect(["127.0.0.1", 9]);
    await s.send(x)`,
    "done",
  ],
  [
    ["--allow-net", "--deny-net=127.0.0.1:9"],
    `await socket(AF_INET, SOCK_DGRAM).sendto(x, ["127.0.0.1", 9])`,
    `PermissionError: Cannot send to "127.0.0.1:9": permission denied (EACCES); run again with --allow-net=0.0.0.0:0,127.0.0.1:9`,
  ],
  [
    ["--allow-net=0.0.0.0:0"],
    `const s = socket(AF_INET, SOCK_DGRAM);
    s.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
    await s.sendto(x, ["<broadcast>", 9])`,
    `PermissionError: Cannot send to "255.255.255.255:9": permission denied (EACCES); run again with --allow-net=0.0.0.0:0,255.255.255.255:9`,
  ],
  [
    [],
    `await socket(AF_INET6, SOCK_DGRAM).sendto(x, ["<broadcast>", 9])`,
    `gaierror: Cannot send to "<broadcast>:9": address family for hostname not supported (EAI_ADDRFAMILY)`,
  ],
  // An answer goes to a port that is another one with each client.
  [
    ["--allow-net=127.0.0.1:0"],
    `const s = socket(AF_INET, SOCK_DGRAM);
    s.bind(["127.0.0.1", 0]);
    await s.sendto(x, ["127.0.0.1", 45678])`,
    `PermissionError: Cannot send to "127.0.0.1:45678": permission denied (EACCES); run again with --allow-net=127.0.0.1`,
  ],
];

for (const [way, unstable] of ways) {
  for (const [flags, call, says] of refusals) {
    Deno.test(`${call.split("\n")[0]} with ${flags.join(" ") || "nothing"} is ${says.split(":")[0]} [${way}]`, async () => {
      assertEquals(
        await valueOf(`${prelude} await tell(async () => { ${call} });`, {
          flags: [...flags, ...unstable],
        }),
        says,
      );
    });
  }

  Deno.test(`an idle UDP socket lets the process end, also after a receive that timed out [${way}]`, async () => {
    const { code, stdout, stderr } = await runProgram(
      `${prelude}
      const idle = socket(AF_INET, SOCK_DGRAM);
      idle.bind(["127.0.0.1", 0]);
      const used = socket(AF_INET, SOCK_DGRAM);
      used.bind(["127.0.0.1", 0]);
      await idle.sendto(x, used.getsockname());
      await used.recv(1);
      used.settimeout(0.01);
      await tell(() => used.recv(1));
      const unbound = socket(AF_INET, SOCK_DGRAM);
      unbound.settimeout(0.01);
      await tell(() => unbound.recv(1));`,
      { flags: ["--allow-net=127.0.0.1", ...unstable], longest: 5000 },
    );
    assertEquals(code, 0, stderr);
    assertEquals(stdout.match(/timed out/g)?.length, 2);
  });

  Deno.test(`a pending receive keeps the process alive [${way}]`, async () => {
    for (const bind of [`s.bind(["127.0.0.1", 0]);`, ""]) {
      const { stdout, code } = await runProgram(
        `${prelude}
        const s = socket(AF_INET, SOCK_DGRAM);
        ${bind}
        const stop = new AbortController();
        setTimeout(() => stop.abort(new Error("later")), 200);
        s.recv(1, 0, stop).catch((error) => console.log(error.message));`,
        { flags: ["--allow-net=127.0.0.1", ...unstable], longest: 5000 },
      );
      assertEquals([stdout, code], ["later\n", 0]);
      const hanging = await runProgram(
        `${prelude}
        const s = socket(AF_INET, SOCK_DGRAM);
        ${bind}
        Deno.unrefTimer(setTimeout(() => Deno.exit(7), 300));
        s.recv(1).catch(() => {});`,
        { flags: ["--allow-net=127.0.0.1", ...unstable], longest: 5000 },
      );
      assertEquals(hanging.code, 7);
    }
  });
}

Deno.test({
  name:
    "an idle Unix datagram socket lets the process end, also after a receive that timed out",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { code, stdout, stderr } = await runProgram(
      `${prelude}
      const used = socket(AF_UNIX, SOCK_DGRAM);
      used.bind("\\0" + crypto.randomUUID());
      used.settimeout(0.01);
      await tell(() => used.recv(1));`,
      { flags: ["--allow-net", "--unstable-net"], longest: 5000 },
    );
    assertEquals(code, 0, stderr);
    assertEquals(stdout.match(/timed out/g)?.length, 1);
  },
});

Deno.test({
  name: "Unix datagrams name their three flags",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    assertEquals(
      await valueOf(
        `${prelude} await tell(() => socket(AF_UNIX, SOCK_DGRAM).bind("/no/such"));`,
        { flags: ["--unstable-net"] },
      ),
      'PermissionError: Cannot bind to "/no/such": permission denied (EACCES); run again with --allow-read=/no/such --allow-write=/no/such --allow-net=unix:/no/such',
    );
    assertEquals(
      await valueOf(
        `${prelude} await tell(() => socket(AF_UNIX, SOCK_DGRAM).sendto(x, "/no/such"));`,
        { flags: ["--unstable-net"] },
      ),
      'PermissionError: Cannot send to "/no/such": permission denied (EACCES); run again with --allow-read=/no/such --allow-write=/no/such --allow-net',
    );
  },
});

/** A name of this machine that only its hosts file knows. */
function ownName(): string | undefined {
  try {
    return /^127\.0\.0\.1\s.*?\b(?!localhost\b)(\w+)\s*$/m.exec(
      Deno.readTextFileSync("/etc/hosts"),
    )?.[1];
  } catch {
    return undefined;
  }
}

for (const [way, unstable] of ways) {
  Deno.test({
    name:
      `connect() by a name that is granted and may not be looked up hears whose answer comes first [${way}]`,
    ignore: ownName() === undefined,
    async fn() {
      await using there = socket(AF_INET, SOCK_DGRAM);
      await using stranger = socket(AF_INET, SOCK_DGRAM);
      there.bind(["127.0.0.1", 0]);
      stranger.bind(["127.0.0.1", 0]);
      const port = there.getsockname()[1];
      const outcome = valueOf(
        `${prelude}
        const s = socket(AF_INET, SOCK_DGRAM);
        s.bind(["127.0.0.1", 0]);
        await s.connect(["${ownName()}", ${port}]);
        const before = s.getpeername();
        await s.send(x);
        const [data, from] = await s.recvfrom(9);
        await s.send(x);
        console.log(JSON.stringify([before, data.length, from, s.getpeername()]));`,
        {
          flags: [`--allow-net=127.0.0.1:0,${ownName()}:${port}`, ...unstable],
        },
      );
      const [, from] = await there.recvfrom(9);
      await stranger.sendto(new Uint8Array(2), from!);
      await there.sendto(new Uint8Array(3), from!);
      const address = there.getsockname();
      assertEquals(await outcome, [[ownName(), port], 3, address, address]);
      assertEquals((await there.recv(9)).length, 1);
    },
  });
}
