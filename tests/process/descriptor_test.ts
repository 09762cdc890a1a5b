import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_UNIX,
  fromfd,
  OSError,
  SOCK_DGRAM,
  SOCK_STREAM,
  socket,
} from "../../socket/mod.ts";
import { type Handed, handing } from "../support/descriptors.ts";
import { folder } from "../support/peers.ts";
import { runProgram } from "../support/program.ts";
import { hasPython } from "../support/python.ts";

// Handing descriptors over is a matter of exec(2).
const ignore = !hasPython || Deno.build.os === "windows";

/** Runs code on a descriptor 3; gives the JSON that its last line is. */
async function on(
  kind: Handed,
  code: string,
  flags: readonly string[] = [],
): Promise<unknown> {
  const path = `${folder}/${crypto.randomUUID()}`;
  const program = `
    import * as s from "socket";
    const take = (family, type, fileno = 3) => s.socket(family, type, 0, { fileno });
    const path = ${JSON.stringify(path)};
    const told = async (call) => {
      try { return [await call(), "no error"]; }
      catch (error) { return [error.code || error.name, error.message]; }
    };
    const print = (value) => console.log("\\n" + JSON.stringify(value));
    ${code}`;
  const { code: status, stdout, stderr } = await runProgram(program, {
    flags,
    through: handing(kind, path),
  });
  assertEquals(stderr, "");
  assertEquals(status, 0);
  const last = stdout.trimEnd().split("\n").at(-1)!;
  return JSON.parse(last);
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

const unixFlags = [
  `--allow-read=${folder}`,
  `--allow-write=${folder}`,
  "--allow-net",
];

for (const kind of ["TCP listener", "IPv6 listener"] as const) {
  test(`a descriptor that listens says where, without permission [${kind}]`, async () => {
    const [family, name, accepts] = await on(
      kind,
      "const l = take(); print([l.family, l.getsockname(), l.getsockopt(s.SOL_SOCKET, s.SO_ACCEPTCONN)]);",
    ) as [number, unknown[], number];
    const isSix = kind === "IPv6 listener";
    assertEquals([family === AF_INET, accepts], [!isSix, 1]);
    assertEquals(name[0], isSix ? "::1" : "127.0.0.1");
    assertEquals(name.length, isSix ? 4 : 2);
  });
}

for (const kind of ["TCP listener", "Unix listener"] as const) {
  const connect = kind === "TCP listener"
    ? "Deno.connect({ port: l.getsockname()[1], hostname: '127.0.0.1' })"
    : "Deno.connect({ transport: 'unix', path })";

  test(`a descriptor accepts in order, and only when asked [${kind}]`, async () => {
    const got = await on(
      kind,
      `
      await using l = take(); l.listen();
      const peers = [];
      for (let i = 0; i < 8; i++) {
        const peer = await ${connect};
        await peer.write(new Uint8Array([i]));
        peers.push(peer);
      }
      const order = [];
      for (let i = 0; i < 8; i++) {
        const [conn] = await l.accept();
        order.push((await conn.recv(8))[0]);
        await conn.sendall(new Uint8Array([i]));
        conn.close();
      }
      const back = [];
      for (const peer of peers) {
        const buffer = new Uint8Array(1);
        await peer.read(buffer);
        back.push(buffer[0]);
        peer.close();
      }
      print([order, back]);`,
      unixFlags,
    );
    const all = [0, 1, 2, 3, 4, 5, 6, 7];
    assertEquals(got, [all, all]);
  });

  test(`an accept on a descriptor that times out loses nothing [${kind}]`, async () => {
    const got = await on(
      kind,
      `
      await using l = take(); l.settimeout(0.02);
      const [code] = await told(() => l.accept());
      const peer = await ${connect};
      l.settimeout(null);
      const [conn] = await l.accept();
      conn.close(); peer.close();
      print(code);`,
      unixFlags,
    );
    assertEquals(got, "ETIMEDOUT");
  });

  test(`closing a descriptor wakes its accept and frees it [${kind}]`, async () => {
    const got = await on(
      kind,
      `
      const l = take(); l.listen();
      const connect = () => ${connect};
      const port = l.getsockname()[1];
      const waiting = told(() => l.accept());
      await l[Symbol.asyncDispose]();
      const again = ${
        kind === "TCP listener"
          ? "await told(() => { Deno.listen({ port, hostname: '127.0.0.1' }).close(); })"
          : "await told(() => connect())"
      };
      print([(await waiting)[0], again[1]]);`,
      unixFlags,
    ) as string[];
    assertEquals(got[0], "EBADF");
    const again = kind === "TCP listener" ? /no error/ : /refused/;
    assert(again.test(got[1]), got[1]);
  });

  test(`an idle descriptor lets the process end, a pending accept does not [${kind}]`, async () => {
    assertEquals(
      await on(kind, "const l = take(); l.listen(); print(1);"),
      1,
    );
    const got = await on(
      kind,
      `
      const l = take();
      const timer = setTimeout(() => l.close(), 50);
      Deno.unrefTimer(timer);
      await told(() => l.accept()).then(([code]) => print(code));`,
    );
    assertEquals(got, "EBADF");
  });
}

for (const kind of ["TCP connection", "Unix connection"] as const) {
  test(`a descriptor that is connected sends and receives [${kind}]`, async () => {
    const got = await on(
      kind,
      `
      const c = take();
      const peer = c.getpeername();
      const sent = new Uint8Array(200000).map((_, i) => i);
      const sending = c.sendall(sent);
      const received = await c.recv(sent.length, s.MSG_WAITALL);
      await sending;
      c.shutdown(s.SHUT_WR);
      const end = await c.recv(1);
      print([typeof peer, received.every((byte, i) => byte === sent[i]), end.length]);`,
    );
    assertEquals(got, [
      kind === "TCP connection" ? "object" : "string",
      true,
      0,
    ]);
  });

  test(`a descriptor that is connected cannot accept [${kind}]`, async () => {
    const [code, message] = await on(
      kind,
      "const c = take(); print(await told(() => c.accept()));",
    ) as string[];
    assertEquals(code, "EINVAL");
    assert(message.startsWith("Cannot accept a connection on "), message);
  });

  test(`closing a descriptor that nobody used hangs up [${kind}]`, async () => {
    assertEquals(
      await on(kind, "{ await using _ = take(); } print('closed');"),
      "closed",
    );
  });
}

test("a Unix descriptor of which nothing is known yet can be detached", async () => {
  assertEquals(await on("Unix connection", "print(take().detach());"), 3);
});

test("a descriptor that has become a listener cannot be detached", async () => {
  const got = await on(
    "TCP listener",
    "print(await told(() => take().detach()));",
  ) as string[];
  assertEquals(got[0], "EOPNOTSUPP");
});

test("a receive from a Unix descriptor that listens is EINVAL", async () => {
  const got = await on(
    "Unix listener",
    "print(await told(() => take().recv(1)));",
  ) as string[];
  assertEquals(got[0], "EINVAL");
});

test("a descriptor is taken over once", async () => {
  const got = await on(
    "TCP connection",
    "const c = take(); print([(await told(() => take()))[0], (await c.send(new Uint8Array(1)))]); c.close();",
  ) as [string, number];
  assertEquals(got, ["EBADF", 1]);
});

test("closing a Unix descriptor that someone else has taken is nothing", async () => {
  const got = await on(
    "Unix connection",
    "const a = take(), b = take(); await a.send(new Uint8Array(1)); await b[Symbol.asyncDispose](); print((await a.recv(8)).length); a.close();",
  );
  assertEquals(got, 1);
});

for (
  const [kind, code] of [
    ["nothing", "EBADF"],
    ["UDP", "EBADF"],
    ["Unix datagrams", "EBADF"],
    ["file", "ENOTSOCK"],
  ] as const
) {
  test(`a descriptor that is not a stream socket is ${code} [${kind}]`, async () => {
    const [found, message] = await on(
      kind,
      "print(await told(take));",
    ) as string[];
    assertEquals(found, code);
    assert(message.startsWith("Cannot take over descriptor 3: "), message);
  });
}

test("a descriptor of another family is EAFNOSUPPORT", async () => {
  for (const kind of ["TCP listener", "Unix listener"] as const) {
    const family = kind === "TCP listener" ? AF_UNIX : AF_INET;
    const got = await on(kind, `print(await told(() => take(${family})));`);
    assertEquals((got as string[])[0], "EAFNOSUPPORT");
  }
});

Deno.test("fromfd() of a number of a datagram socket is EOPNOTSUPP and names the POSIX driver", () => {
  const call = () => fromfd(3, AF_INET, SOCK_DGRAM);
  const error = assertThrows(call, OSError, "POSIX driver");
  assertEquals(error.code, "EOPNOTSUPP");
});

Deno.test("a number that is not a descriptor is RangeError, TypeError or EBADF", () => {
  for (const call of [take, open]) {
    assertThrows(() => call(-1), RangeError, "Cannot ");
    assertThrows(() => call(2 ** 31), RangeError, "Cannot ");
    for (const fd of [1.5, NaN, Infinity]) {
      assertThrows(() => call(fd), TypeError, "Cannot ");
    }
    const error = assertThrows(() => call(987_654), OSError, "987654");
    assertEquals(error.code, "EBADF");
  }

  function take(fd: number): void {
    fromfd(fd, AF_INET, SOCK_STREAM);
  }
  function open(fileno: number): void {
    socket(undefined, undefined, undefined, { fileno });
  }
});
