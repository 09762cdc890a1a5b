import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET,
  inetAton,
  IP_ADD_SOURCE_MEMBERSHIP,
  IP_DROP_SOURCE_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_TTL,
  IPPROTO_IP,
  OSError,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
  TimeoutError,
} from "../../../socket/mod.ts";
import { bytes, text } from "../../support/peers.ts";

const GROUP = "232.1.2.3";

/** An `ip_mreq_source` of Linux. */
function mreq(source: string): Uint8Array {
  return new Uint8Array([GROUP, "127.0.0.1", source].flatMap((host) => [
    ...inetAton(host),
  ]));
}

async function sendFrom(host: string, port: number): Promise<void> {
  await using socket = new Socket(AF_INET, SOCK_DGRAM);
  socket.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, inetAton("127.0.0.1"));
  socket.bind([host, 0]);
  await socket.sendto(bytes(host), [GROUP, port]);
}

Deno.test({
  name: "IP_ADD_SOURCE_MEMBERSHIP receives from its sources only",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using here = new Socket(AF_INET, SOCK_DGRAM);
    const set = (name: number, source: string) =>
      here.setsockopt(IPPROTO_IP, name, mreq(source));
    set(IP_ADD_SOURCE_MEMBERSHIP, "127.0.0.1");
    here.bind(["0.0.0.0", 0]);
    const [, port] = here.getsockname() as [string, number];
    await sendFrom("127.0.0.2", port);
    await sendFrom("127.0.0.1", port);
    assertEquals(text(await here.recv(99)), "127.0.0.1");
    set(IP_ADD_SOURCE_MEMBERSHIP, "127.0.0.2");
    await sendFrom("127.0.0.2", port);
    assertEquals(text(await here.recv(99)), "127.0.0.2");
    set(IP_DROP_SOURCE_MEMBERSHIP, "127.0.0.1");
    await sendFrom("127.0.0.1", port);
    here.settimeout(0.05);
    await assertRejects(() => here.recv(99), TimeoutError);
    for (
      const [name, source, expected] of [
        [IP_ADD_SOURCE_MEMBERSHIP, "127.0.0.2", "EADDRINUSE"],
        [IP_DROP_SOURCE_MEMBERSHIP, "127.0.0.1", "EADDRNOTAVAIL"],
      ] as const
    ) {
      const { code } = assertThrows(() => set(name, source), OSError);
      assertEquals(code, expected);
    }
  },
});

Deno.test("a UDP socket has no size of a buffer, which node:dgram only pretends", () => {
  using here = new Socket(AF_INET, SOCK_DGRAM);
  here.setsockopt(IPPROTO_IP, IP_TTL, 9);
  for (const name of [SO_RCVBUF, SO_SNDBUF]) {
    for (
      const call of [
        () => here.setsockopt(SOL_SOCKET, name, 65536),
        () => here.getsockopt(SOL_SOCKET, name),
      ]
    ) {
      assertEquals(assertThrows(call, OSError).code, "ENOPROTOOPT");
    }
  }
});
