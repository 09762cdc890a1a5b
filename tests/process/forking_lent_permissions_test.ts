// Handlers with permissions of their own are lent no descriptor: FFI would be theirs.
import { assertEquals } from "@std/assert";
import { handlers } from "../support/forking.ts";
import { hasPosix } from "../support/posix.ts";
import { POSIX } from "../support/posix_program.ts";
import { runProgram } from "../support/program.ts";

const SUPPORT = import.meta.resolve("../support/forking.ts");
const PEERS = import.meta.resolve("../support/peers.ts");
const SERVER = import.meta.resolve("../../server/mod.ts");

/** Runs a program that serves handlers with permissions on the POSIX driver. */
async function run(
  handler: string,
  code: string,
  permissions = '"none"',
): Promise<string> {
  const { code: status, stdout, stderr } = await runProgram(
    `
    import { ForkingUDPServer } from "${SERVER}";
    import { ask, Keeping, serving } from "${SUPPORT}";
    import { readAll, writeAll } from "${PEERS}";
    import { posix } from "${POSIX}";
    const options = {
      driver: posix, permissions: ${permissions}, unstableWorkerOptions: true,
    };
    const handler = "${handlers(handler)}";
    ${code}
    `,
    {
      flags: [
        ...["--allow-net", "--allow-read", "--allow-write", "--allow-env"],
        ...["--allow-ffi", "--unstable-worker-options", "--unstable-net"],
      ],
    },
  );
  return `${status} ${stdout}${stderr}`;
}

for (const permissions of ['"none"', "{ net: true, ffi: false }"]) {
  Deno.test({
    name:
      `a handler with the permissions ${permissions} has no descriptor of its connection [POSIX]`,
    ignore: !hasPosix,
    async fn() {
      assertEquals(
        await run(
          "lent",
          `
          await using to = serving(new Keeping(["127.0.0.1", 0], handler, options));
          console.log(await ask(to.port, "say hello"));
          console.log(await ask(to.port, "number"));
          console.log((await to.server.nextError()).code);
          `,
          permissions,
        ),
        "0 hello\nundefined\nEOPNOTSUPP\n",
      );
    },
  });
}

Deno.test({
  name:
    "a handler with permissions of its own gets and sends all bytes, by way of the server [POSIX]",
  ignore: !hasPosix,
  async fn() {
    assertEquals(
      await run(
        "echo",
        `
        await using to = serving(new Keeping(["127.0.0.1", 0], handler, options));
        using conn = await Deno.connect({ port: to.port });
        const data = crypto.getRandomValues(new Uint8Array(65536));
        const sending = (async () => {
          for (let round = 0; round < 64; round++) await writeAll(conn, data);
          await conn.closeWrite();
        })();
        const got = await readAll(conn);
        await sending;
        const isEqual = got.every((byte, at) => byte === data[at % 65536]);
        console.log(got.length / 65536, isEqual);
        `,
      ),
      "0 64 true\n",
    );
  },
});

Deno.test({
  name:
    "a handler of datagrams with permissions of its own answers by way of the server [POSIX]",
  ignore: !hasPosix,
  async fn() {
    assertEquals(
      await run(
        "upper",
        `
        await using server = new ForkingUDPServer(["127.0.0.1", 0], handler, options);
        const [hostname, port] = server.serverAddress;
        const client = Deno.listenDatagram({
          transport: "udp", hostname: "127.0.0.1", port: 0,
        });
        await client.send(new TextEncoder().encode("hello"), {
          transport: "udp", hostname, port,
        });
        await server.handleRequest();
        const [data, from] = await client.receive();
        console.log(new TextDecoder().decode(data), from.port === port);
        client.close();
        `,
      ),
      "0 HELLO true\n",
    );
  },
});
