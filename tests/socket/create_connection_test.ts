import { assertEquals, assertRejects } from "@std/assert";
import {
  ConnectionRefusedError,
  createConnection,
  createServer,
  gaierror,
  OSError,
} from "../../socket/mod.ts";

const net = { permissions: { net: true } } as const;

/** An address where nobody listens. */
async function nobody(): Promise<[string, number]> {
  await using server = createServer(["127.0.0.1", 0]);
  return server.getsockname();
}

Deno.test("createConnection() connects to a number", net, async () => {
  using server = createServer(["127.0.0.1", 0]);
  await using s = await createConnection(server.getsockname());
  const [accepted, address] = await server.accept();
  await using _accepted = accepted;
  assertEquals(address, s.getsockname());
  assertEquals(s.gettimeout(), null);
});

Deno.test("createConnection() connects to a name", net, async () => {
  using server = createServer(["127.0.0.1", 0]);
  const [, port] = server.getsockname();
  await using s = await createConnection(["localhost", port], { timeout: 10 });
  assertEquals(s.getpeername(), ["127.0.0.1", port]);
});

Deno.test(
  "createConnection() is refused where nobody listens, and leaves nothing open",
  net,
  async () => {
    const address = await nobody();
    const error = await assertRejects(
      () => createConnection(address),
      ConnectionRefusedError,
    );
    assertEquals(error.address, address);
  },
);

Deno.test(
  "createConnection() of a host that is not known is a gaierror",
  net,
  async () => {
    const call = () => createConnection(["no such host", 80], { timeout: 10 });
    const error = await assertRejects(call, gaierror);
    assertEquals(error.code, "EAI_NONAME");
  },
);

Deno.test(
  "createConnection() to the empty host is a gaierror, as in Python",
  net,
  async () => {
    using server = createServer(["127.0.0.1", 0]);
    const address: [string, number] = ["", server.getsockname()[1]];
    const call = async () => {
      await using _s = await createConnection(address);
    };
    assertEquals((await assertRejects(call, gaierror)).code, "EAI_NONAME");
  },
);

Deno.test(
  "createConnection() connects from the sourceAddress",
  net,
  async () => {
    using server = createServer(["127.0.0.1", 0]);
    const sourceAddress = await nobody();
    await using s = await createConnection(server.getsockname(), {
      sourceAddress,
    });
    const [accepted, address] = await server.accept();
    await using _accepted = accepted;
    assertEquals([s.getsockname(), address], [sourceAddress, sourceAddress]);
  },
);

Deno.test(
  "createConnection() fails if the sourceAddress is taken",
  net,
  async () => {
    using server = createServer(["127.0.0.1", 0]);
    const address = server.getsockname();
    const error = await assertRejects(
      () => createConnection(address, { sourceAddress: address }),
      OSError,
    );
    assertEquals(error.code, "EADDRINUSE");
  },
);

Deno.test(
  "createConnection() fails if the sourceAddress is of another family",
  net,
  async () => {
    using server = createServer(["127.0.0.1", 0]);
    const error = await assertRejects(
      () =>
        createConnection(server.getsockname(), { sourceAddress: ["::1", 0] }),
      gaierror,
    );
    assertEquals(error.code, "EAI_ADDRFAMILY");
  },
);

Deno.test(
  "createConnection() with an aborted signal connects nowhere",
  net,
  async () => {
    using server = createServer(["127.0.0.1", 0]);
    const options = { signal: AbortSignal.abort("enough") };
    const outcome = await createConnection(server.getsockname(), options).then(
      (s) => s[Symbol.asyncDispose]().then(() => "connected"),
      (error) => error,
    );
    assertEquals(outcome, "enough");
  },
);

Deno.test(
  "createConnection() checks its address and timeout before anything else",
  net,
  async () => {
    const wrong: [address: unknown, timeout: unknown, name: string][] = [
      [["127.0.0.1", 70000], null, "RangeError"],
      [["127.0.0.1", "80"], null, "TypeError"],
      [["127.0.0.1"], null, "TypeError"],
      ["127.0.0.1:80", null, "TypeError"],
      [["127.0.0.1", 80], -1, "RangeError"],
      [["127.0.0.1", 80], "1", "TypeError"],
    ];
    for (const [address, timeout, name] of wrong) {
      const error = await assertRejects(
        () =>
          createConnection(
            address as [string, number],
            { timeout: timeout as number },
          ),
        Error,
        "Cannot createConnection: ",
      );
      assertEquals(error.name, name, error.message);
    }
  },
);
