import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Address,
  AF_UNIX,
  createServer,
  OSError,
  type Socket,
  socket,
  type UnixAddress,
} from "../../../socket/mod.ts";
import { UnicodeEncodeError } from "../../../socket/text/unicode_errors.ts";
import { bytes, folder, text } from "../../support/peers.ts";

const files = {
  permissions: { net: true, read: [folder], write: [folder] },
  ignore: Deno.build.os === "windows",
};
const abstract = {
  permissions: { net: true } as const,
  ignore: Deno.build.os !== "linux",
};

let count = 0;
const fresh = () => `${folder}/unix_${count++}`;

function serve(address: UnixAddress): Socket<UnixAddress, null> {
  return createServer(address, { family: AF_UNIX });
}

/** Connects to a server and says something. */
async function assertServes(
  server: Socket<UnixAddress, null>,
  address: Address,
): Promise<void> {
  await using client = socket(AF_UNIX);
  await client.connect(address as string);
  const [accepted, peer] = await server.accept();
  await using connection = accepted;
  assertEquals(peer, "");
  await client.sendall(bytes("hello"));
  assertEquals(text(await connection.recv(8)), "hello");
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test(
  "a Unix socket is bound to a path, which is there until it is closed",
  files,
  async () => {
    const path = fresh();
    {
      await using server = serve(path);
      assertEquals(server.getsockname(), path);
      assert((await Deno.lstat(path)).isSocket);
      await assertServes(server, path);
    }
    assert(!await exists(path));
  },
);

Deno.test(
  "a Unix socket that never listened gives its path up too",
  files,
  async () => {
    const path = fresh();
    const s = socket(AF_UNIX);
    s.bind(path);
    assert(await exists(path));
    await s[Symbol.asyncDispose]();
    assert(!await exists(path));
  },
);

Deno.test(
  "a Unix socket's path can be bytes, and beyond ASCII",
  files,
  async () => {
    const path = `${fresh()}_ü🦕`;
    await using server = serve(bytes(path));
    assertEquals(server.getsockname(), path);
    await assertServes(server, path);
    await assertServes(server, bytes(path));
  },
);

Deno.test(
  "a path that is not UTF-8 is refused with the way out",
  files,
  async () => {
    const path = new Uint8Array([...bytes(fresh()), 0xff]);
    using s = socket(AF_UNIX);
    const errors = [
      assertThrows(() => s.bind(path), OSError),
      await assertRejects(() => s.connect(path), OSError),
    ];
    for (const error of errors) {
      assertEquals(error.code, "EINVAL");
      assert(
        error.message.includes("use the POSIX driver (@berkeley"),
        error.message,
      );
    }
  },
);

Deno.test(
  "a path with lone surrogates is the one that CPython takes it for, or none",
  files,
  async () => {
    const path = fresh();
    await using server = serve(`${path}_\udcc3\udca9`);
    assertEquals(server.getsockname(), `${path}_é`);
    await assertServes(server, `${path}_é`);
    await assertServes(server, `${path}_\udcc3\udca9`);

    using s = socket(AF_UNIX);
    for (const name of [`${path}\udcff`, `${path}\udcfe`]) {
      const error = assertThrows(() => s.bind(name), OSError);
      assertEquals(error.code, "EINVAL");
      await assertRejects(() => s.connect(name), OSError);
    }
    assertThrows(() => s.bind(`${path}\ud800`), UnicodeEncodeError);
    assert(!await exists(`${path}\ufffd`));
  },
);

Deno.test(
  "abstract names with lone surrogates never meet",
  abstract,
  async () => {
    const name = `\0berkeley-${crypto.randomUUID()}`;
    await using server = serve(`${name}\ufffd`);
    assertEquals(server.getsockname(), `${name}\ufffd`);
    for (const other of [`${name}\udcff`, `${name}\udcfe`]) {
      using s = socket(AF_UNIX);
      const error = await assertRejects(() => s.connect(other), OSError);
      assertEquals(error.code, "EINVAL");
    }
    await assertServes(server, `${name}\udcef\udcbf\udcbd`);
  },
);

Deno.test(
  "a path of 108 bytes is too long, in CPython's words and without a number",
  files,
  async () => {
    const path = `${folder}/`.padEnd(108, "x");
    // Two bytes a letter: it is bytes that count.
    for (const long of [path, bytes(path), `${folder}/${"ü".repeat(54)}`]) {
      using s = socket(AF_UNIX);
      const errors = [
        assertThrows(() => s.bind(long), OSError),
        await assertRejects(() => s.connect(long), OSError),
      ];
      for (const error of errors) {
        assertEquals([error.name, error.errno, error.strerror], [
          "OSError",
          undefined,
          "AF_UNIX path too long",
        ]);
      }
    }
  },
);

Deno.test("a path of 107 bytes is not too long", {
  ...files,
  ignore: Deno.build.os !== "linux",
}, async () => {
  const path = `${folder}/`.padEnd(107, "x");
  await using server = serve(path);
  assertEquals(server.getsockname(), path);
  await assertServes(server, path);
});

Deno.test("an abstract name needs no path", abstract, async () => {
  const name = `\0berkeley-${crypto.randomUUID()}`;
  for (const address of [name, bytes(name)]) {
    await using server = serve(address);
    assertEquals(server.getsockname(), name);
    await assertServes(server, name);
    await assertServes(server, bytes(name));
  }
});

Deno.test(
  "an abstract name may have 108 bytes with its NUL, and no more",
  abstract,
  async () => {
    const name = `\0${crypto.randomUUID()}`.padEnd(108, "x");
    await using server = serve(name);
    await assertServes(server, name);
    using s = socket(AF_UNIX);
    assertThrows(() => s.bind(`${name}x`), OSError, "AF_UNIX path too long");
  },
);

Deno.test("an abstract name may have NUL within it", abstract, async () => {
  const name = `\0${crypto.randomUUID()}\0\0x`;
  await using server = serve(name);
  assertEquals(server.getsockname(), name);
  await assertServes(server, name);
});

Deno.test(
  "the empty path is an abstract name of the kernel's own choice to bind()",
  abstract,
  async () => {
    await using server = serve("");
    const name = server.getsockname() as string;
    assert(/^\0[0-9a-f]{5}$/.test(name), JSON.stringify(name));
    await assertServes(server, name);
  },
);

Deno.test("the empty path is EINVAL to connect()", files, async () => {
  using s = socket(AF_UNIX);
  for (const path of ["", new Uint8Array()]) {
    const error = await assertRejects(() => s.connect(path), OSError);
    assertEquals(error.code, "EINVAL");
  }
});

Deno.test("bind() fails where something is", files, async () => {
  await using server = serve(fresh());
  const path = fresh();
  await Deno.writeTextFile(path, "mine");
  for (const taken of [server.getsockname(), path, folder]) {
    using s = socket(AF_UNIX);
    const error = assertThrows(() => s.bind(taken), OSError);
    assertEquals(error.code, "EADDRINUSE");
  }
  // And what was there is there still.
  assertEquals(await Deno.readTextFile(path), "mine");
});

Deno.test(
  "connect() and bind() tell what is wrong with a path, as the kernel does",
  files,
  async () => {
    const file = fresh();
    await Deno.writeTextFile(file, "");
    const table: [path: string, connect: string, bind: string][] = [
      [`${folder}/none`, "ENOENT", ""],
      [`${folder}/none/x`, "ENOENT", "ENOENT"],
      [`${file}/x`, "ENOTDIR", "ENOTDIR"],
      [file, "ECONNREFUSED", "EADDRINUSE"],
    ];
    for (const [path, connect, bind] of table) {
      using s = socket(AF_UNIX);
      const error = await assertRejects(() => s.connect(path), OSError);
      assertEquals([error.code, error.address], [connect, path]);
      if (bind === "") continue;
      assertEquals(assertThrows(() => s.bind(path), OSError).code, bind);
    }
  },
);

Deno.test(
  "a bound Unix socket does not connect in the sandbox, and says which driver can",
  files,
  async () => {
    await using server = serve(fresh());
    await using s = socket(AF_UNIX);
    s.bind(fresh());
    const error = await assertRejects(
      () => s.connect(server.getsockname()),
      OSError,
    );
    assertEquals(error.code, "EOPNOTSUPP");
    assert(
      error.message.includes("use the POSIX driver (@berkeley"),
      error.message,
    );
  },
);
