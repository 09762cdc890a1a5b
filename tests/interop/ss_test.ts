// What the kernel says about sockets, by way of `ss`.
import { assertEquals } from "@std/assert";
import { BaseRequestHandler, TCPServer } from "../../server/mod.ts";
import {
  createServer,
  SO_KEEPALIVE,
  socket,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { needsProgram, runPiped } from "../support/foreign.ts";

const needsSs = Deno.build.os === "linux"
  ? needsProgram("ss", "-V")
  : { ignore: true };

Deno.test("SO_KEEPALIVE reaches the kernel", needsSs, async () => {
  await using server = createServer(["127.0.0.1", 0]);
  await using s = socket();
  await s.connect(server.getsockname());
  const [, port] = s.getsockname();
  const timer = async () => {
    const shown = await runPiped(["ss", "-tnoH", `sport = :${port}`], "");
    return /timer:\((\w+)/.exec(shown)?.[1];
  };
  assertEquals(await timer(), undefined);
  s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1);
  assertEquals(await timer(), "keepalive");
  s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 0);
  assertEquals(await timer(), undefined);
});

for (const size of [undefined, 0, 3, 100]) {
  Deno.test(
    `requestQueueSize ${size} reaches the kernel`,
    needsSs,
    async () => {
      await using server = new TCPServer(["127.0.0.1", 0], BaseRequestHandler, {
        requestQueueSize: size,
      });
      const port = server.serverAddress[1];
      const shown = await runPiped(["ss", "-ltnH", `sport = :${port}`], "");
      const [state, , queue] = shown.trim().split(/ +/);
      assertEquals([state, Number(queue)], ["LISTEN", size ?? 128]);
    },
  );
}
