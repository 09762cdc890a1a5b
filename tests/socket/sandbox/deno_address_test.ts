import { assertEquals, assertRejects } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  gaierror,
  OSError,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  TimeoutError,
} from "../../../socket/mod.ts";
import { hasIpv6Here } from "../../support/peers.ts";

const kinds = [AF_INET, AF_INET6].flatMap((family) =>
  [SOCK_STREAM, SOCK_DGRAM].map((type) => [family, type] as const)
);

for (const [family, type] of kinds) {
  const name = `a socket of family ${family} and type ${type}`;

  Deno.test(`${name} takes no host in brackets, as in CPython`, async () => {
    using socket = new Socket(family, type);
    for (const host of ["[::1]", "[127.0.0.1]"]) {
      for (
        const call of [
          () => socket.bind([host, 0] as never),
          () => socket.connect([host, 9] as never),
        ]
      ) {
        const error = await assertRejects(async () => await call(), gaierror);
        assertEquals(error.code, "EAI_NONAME");
      }
    }
  });

  Deno.test({
    name: `${name} binds to LOCALHOST in its own family`,
    ignore: family === AF_INET6 && !hasIpv6Here,
    fn() {
      using socket = new Socket(family, type);
      socket.bind(["LOCALHOST", 0] as never);
      const host = family === AF_INET6 ? "::1" : "127.0.0.1";
      assertEquals(socket.getsockname()[0], host);
    },
  });
}

Deno.test("a UDP receive that fails names the sender that it waits for, or where it waits", async () => {
  await using socket = new Socket(AF_INET, SOCK_DGRAM);
  socket.bind(["127.0.0.1", 0]);
  socket.settimeout(0.001);
  const [, port] = socket.getsockname();
  const unconnected = await assertRejects(() => socket.recv(9), TimeoutError);
  assertEquals(
    unconnected.message,
    `Cannot receive on "127.0.0.1:${port}": timed out`,
  );
  await socket.connect(["127.0.0.1", 9]);
  socket.setblocking(false);
  const { message, code } = await assertRejects(() => socket.recv(9), OSError);
  assertEquals(code, "EAGAIN");
  assertEquals(message.split(":")[0], `Cannot receive from "127.0.0.1`);
});
