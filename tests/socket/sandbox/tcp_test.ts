import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET6,
  createServer,
  gaierror,
  OSError,
  PermissionError,
  socket,
} from "../../../socket/mod.ts";
import { arrival, hasIpv6Here } from "../../support/peers.ts";

const net = { permissions: { net: true } } as const;

const onIpv6 = { ...net, ignore: !hasIpv6Here } as const;

/** Lets a host name stand for a number of either family, whatever the hosts file says, until the end of the block. */
function alias(name: string, number: string): Disposable {
  const { connect, listen } = Deno;
  const known = (hostname: string) => hostname === name ? number : hostname;
  Deno.connect = ((options: Deno.ConnectOptions) =>
    connect({
      ...options,
      hostname: known(options.hostname!),
    })) as typeof connect;
  Deno.listen = ((options: Deno.TcpListenOptions) =>
    listen({
      ...options,
      hostname: known(options.hostname!),
    })) as typeof listen;
  return {
    [Symbol.dispose]: () => {
      Object.assign(Deno, { connect, listen });
    },
  };
}

for (
  const [family, host] of [
    [undefined, "::1"],
    [undefined, "fe80::1%lo"],
    [AF_INET6, "127.0.0.1"],
    [AF_INET6, "127.1"],
  ] as const
) {
  Deno.test(
    `bind() and connect() of "${host}" with the other family are EAI_ADDRFAMILY`,
    net,
    async () => {
      using s = socket(family ?? 2);
      const address = [host, 1] as never;
      const bind = assertThrows(() => s.bind(address), gaierror);
      const connect = await assertRejects(() => s.connect(address), gaierror);
      for (const error of [bind, connect]) {
        assertEquals(error.code, "EAI_ADDRFAMILY");
        assert(error.message.includes(host), error.message);
      }
    },
  );
}

const numbers: [written: string, read: string][] = [
  ["127.1", "127.0.0.1"],
  ["0x7f000001", "127.0.0.1"],
  ["2130706433", "127.0.0.1"],
  ["0177.0.0.1", "127.0.0.1"],
  ["127.0.0.2", "127.0.0.2"],
];

for (const [written, read] of numbers) {
  Deno.test(`"${written}" is ${read} to bind() and connect()`, {
    ...net,
    ignore: Deno.build.os !== "linux",
  }, async () => {
    await using server = socket();
    server.bind([written, 0]);
    server.listen();
    const [host, port] = server.getsockname();
    assertEquals(host, read);
    await using client = socket();
    await client.connect([written, port]);
    assertEquals(client.getpeername(), [read, port]);
  });
}

Deno.test(
  "the empty host is any interface to bind(), and this machine to connect()",
  net,
  async () => {
    await using server = socket();
    server.bind(["", 0]);
    server.listen();
    const [host, port] = server.getsockname();
    assertEquals(host, "0.0.0.0");
    await using client = socket();
    await client.connect(["", port]);
    assertEquals(client.getpeername(), ["127.0.0.1", port]);
  },
);

Deno.test("the empty host is any interface of IPv6 too", onIpv6, async () => {
  await using server = socket(AF_INET6);
  server.bind(["", 0]);
  server.listen();
  const [host, port] = server.getsockname();
  assertEquals(host, "::");
  await using client = socket(AF_INET6);
  await client.connect(["", port]);
  assertEquals(client.getpeername(), ["::1", port, 0, 0]);
});

Deno.test(
  '"<broadcast>" is 255.255.255.255, which no TCP connection leads to',
  net,
  async () => {
    using s = socket();
    const error = await assertRejects(
      () => s.connect(["<broadcast>", 80]),
      OSError,
    );
    assert(!(error instanceof gaierror), error.message);
    assert(["ENETUNREACH", "EACCES"].includes(error.code), error.message);
  },
);

Deno.test(
  '"localhost" of AF_INET is 127.0.0.1, also if Deno finds ::1 first',
  onIpv6,
  async () => {
    using _alias = alias("localhost", "::1");
    await using server = socket();
    server.bind(["localhost", 0]);
    server.listen();
    assertEquals(server.getsockname()[0], "127.0.0.1");
    const [, port] = server.getsockname();
    // Another server listens at ::1, which Deno would prefer.
    let other: Deno.Listener | undefined;
    try {
      other = Deno.listen({ hostname: "::1", port });
    } catch {
      return; // the port is somebody's already
    }
    using listener = other;
    const stray = listener.accept().then((conn) => conn.close());
    await using client = socket();
    await client.connect(["localhost", port]);
    await stray;
    assertEquals(client.getpeername(), ["127.0.0.1", port]);
  },
);

Deno.test(
  "a name that has addresses of the other family only cannot be bound",
  onIpv6,
  () => {
    using _alias = alias("elsewhere", "::1");
    using s = socket();
    const error = assertThrows(() => s.bind(["elsewhere", 0]), gaierror);
    assertEquals(error.code, "EAI_ADDRFAMILY");
  },
);

Deno.test(
  "connect() after bind() is refused as connect() is, and can be tried again",
  net,
  async () => {
    let port: number;
    {
      await using server = createServer(["127.0.0.1", 0]);
      port = server.getsockname()[1];
    }
    await using s = socket();
    s.bind(["127.0.0.1", 0]);
    const local = s.getsockname();
    const error = await assertRejects(
      () => s.connect(["127.0.0.1", port]),
      OSError,
    );
    assertEquals(error.code, "ECONNREFUSED");
    await using server = createServer(["127.0.0.1", 0]);
    await s.connect(server.getsockname());
    assertEquals(s.getsockname(), local);
  },
);

Deno.test("connect() after bind() can be aborted, and leaves nothing open", {
  ...net,
  ignore: Deno.build.os !== "linux",
}, async () => {
  // A listener whose queue is full leaves the next ones waiting.
  await using server = createServer(["127.0.0.1", 0], { backlog: 0 });
  await using first = socket();
  await first.connect(server.getsockname());
  await using s = socket();
  s.bind(["127.0.0.1", 0]);
  const controller = new AbortController();
  const { signal } = controller;
  const pending = s.connect(server.getsockname(), { signal });
  await arrival();
  controller.abort("enough");
  assertEquals(await pending.catch((error) => error), "enough");
});

Deno.test({
  name:
    "connect() from an IPv6 address that is not granted names a flag that Deno takes",
  ignore: !hasIpv6Here,
  permissions: { net: ["[::1]:0"] },
  async fn() {
    using s = socket(AF_INET6);
    s.bind(["::1", 0]);
    const error = await assertRejects(
      () => s.connect(["::1", 9]),
      PermissionError,
    );
    assert(error.message.endsWith("run again with --allow-net=[::1]"));
  },
});

Deno.test({
  name:
    "connectEx() throws a permission that is not granted, which is no answer of the network",
  permissions: "none",
  async fn() {
    using s = socket();
    await assertRejects(
      () => s.connectEx(["127.0.0.1", 9]),
      PermissionError,
      "run again with --allow-net=127.0.0.1:9",
    );
  },
});
