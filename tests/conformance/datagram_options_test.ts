import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  inetAton,
  inetPton,
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_JOIN_GROUP,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
  IPV6_V6ONLY,
  OSError,
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_DOMAIN,
  SO_ERROR,
  SO_PROTOCOL,
  SO_REUSEADDR,
  SO_TYPE,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { datagramsConform } from "./datagram_suite.ts";

function code(call: () => unknown): string {
  return assertThrows(call, OSError).code;
}

const join = (...parts: Uint8Array[]) =>
  new Uint8Array(parts.flatMap((part) => [...part]));

datagramsConform(
  "Socket.getsockopt() of a datagram socket tells what it is",
  async ({ open, transport: { family, udp } }) => {
    await using here = open();
    const get = (name: number) => here.getsockopt(SOL_SOCKET, name);
    assertEquals<number>(get(SO_TYPE), SOCK_DGRAM);
    assertEquals(get(SO_ERROR), 0);
    assertEquals(get(SO_ACCEPTCONN), 0);
    if (SO_DOMAIN > 0) assertEquals(get(SO_DOMAIN), family);
    if (SO_PROTOCOL > 0) assertEquals(get(SO_PROTOCOL), udp ? IPPROTO_UDP : 0);
    assertEquals(get(SO_BROADCAST), 0);
    assertEquals(get(SO_REUSEADDR), 0);
    const refused = code(() => here.getsockopt(IPPROTO_TCP, TCP_NODELAY));
    assert(["EOPNOTSUPP", "ENOPROTOOPT"].includes(refused));
  },
);

datagramsConform(
  "Socket.setsockopt(SO_REUSEADDR) lets two bind the same UDP port",
  async ({ open }) => {
    await using one = open(), two = open();
    for (const socket of [one, two]) {
      socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
      assertEquals(socket.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
    }
    one.bind(["", 0] as never);
    two.bind(one.getsockname() as never);
    assertEquals(one.getsockname(), two.getsockname());
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.setsockopt(IP_TTL) and its siblings hold, and refuse what Linux refuses",
  async ({ open }) => {
    await using here = open();
    const set = (name: number, value: number | Uint8Array) =>
      here.setsockopt(IPPROTO_IP, name, value);
    const get = (name: number) => here.getsockopt(IPPROTO_IP, name);
    for (
      const [name, usual, worst] of [
        [IP_TTL, 64, 0],
        [IP_MULTICAST_TTL, 1, 256],
      ]
    ) {
      assertEquals(get(name), usual);
      for (const value of [worst, 256, -2]) {
        assertEquals(code(() => set(name, value)), "EINVAL");
      }
      set(name, 9);
      assertEquals(get(name), 9);
      set(name, -1);
      assertEquals(get(name), usual);
      set(name, new Uint8Array([7]));
      assertEquals(get(name), 7);
    }
    assertEquals(get(IP_MULTICAST_LOOP), 1);
    set(IP_MULTICAST_LOOP, 0);
    assertEquals(get(IP_MULTICAST_LOOP), 0);
    set(IP_MULTICAST_IF, inetAton("127.0.0.1"));
    assertEquals(
      here.getsockopt(IPPROTO_IP, IP_MULTICAST_IF, 4),
      inetAton("127.0.0.1"),
    );
    here.bind(["127.0.0.1", 0] as never);
    set(IP_TTL, 12);
    set(IP_MULTICAST_LOOP, 1);
    assertEquals([get(IP_TTL), get(IP_MULTICAST_LOOP)], [12, 1]);
  },
  ({ family }) => family === AF_INET,
);

datagramsConform(
  "Socket.setsockopt(IPV6_MULTICAST_LOOP) and IPV6_MULTICAST_IF hold",
  async ({ open }) => {
    await using here = open();
    const set = (name: number, value: number | Uint8Array) =>
      here.setsockopt(IPPROTO_IPV6, name, value);
    const get = (name: number) => here.getsockopt(IPPROTO_IPV6, name);
    assertEquals(get(IPV6_MULTICAST_LOOP), 1);
    assertEquals(code(() => set(IPV6_MULTICAST_LOOP, 2)), "EINVAL");
    assertEquals(
      code(() => set(IPV6_MULTICAST_LOOP, new Uint8Array(1))),
      "EINVAL",
    );
    set(IPV6_MULTICAST_LOOP, 0);
    assertEquals(get(IPV6_MULTICAST_LOOP), 0);
    assertEquals(get(IPV6_MULTICAST_IF), 0);
    set(IPV6_MULTICAST_IF, 1);
    assertEquals(get(IPV6_MULTICAST_IF), 1);
  },
  ({ family }) => family === AF_INET6,
);

datagramsConform(
  "Socket with IPV6_V6ONLY leaves the port to IPv4",
  async ({ driver, open }) => {
    await using six = open();
    six.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1);
    assertEquals(six.getsockopt(IPPROTO_IPV6, IPV6_V6ONLY), 1);
    six.bind(["::", 0] as never);
    assertEquals(
      code(() => six.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 0)),
      "EINVAL",
    );
    await using four = new Socket(AF_INET, SOCK_DGRAM, 0, { driver });
    four.bind(["0.0.0.0", six.getsockname()[1]] as never);
  },
  ({ family }) => family === AF_INET6,
);

datagramsConform(
  "Socket.setsockopt(IP_ADD_MEMBERSHIP) joins a group, before and after bind()",
  async ({ open }) => {
    const lo = inetAton("127.0.0.1");
    const group = join(inetAton("239.255.77.1"), lo);
    for (const early of [true, false]) {
      await using here = open(), there = open();
      if (early) here.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, group);
      here.bind(["", 0] as never);
      if (!early) {
        here.setsockopt(
          IPPROTO_IP,
          IP_ADD_MEMBERSHIP,
          join(group, new Uint8Array(4)),
        );
      }
      assertEquals(
        code(() => here.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, group)),
        "EADDRINUSE",
      );
      there.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, lo);
      const [, port] = here.getsockname() as [string, number];
      await there.sendto(bytes("all"), ["239.255.77.1", port] as never);
      assertEquals(text(await here.recv(8)), "all");
      here.setsockopt(IPPROTO_IP, IP_DROP_MEMBERSHIP, group);
      assertEquals(
        code(() => here.setsockopt(IPPROTO_IP, IP_DROP_MEMBERSHIP, group)),
        "EADDRNOTAVAIL",
      );
    }
  },
  ({ family }) => family === AF_INET,
);

datagramsConform(
  "Socket.setsockopt(IP_ADD_MEMBERSHIP) refuses what is not a group",
  async ({ open, transport: { family } }) => {
    await using here = open();
    const [level, name, packed, short] = family === AF_INET
      ? [
        IPPROTO_IP,
        IP_ADD_MEMBERSHIP,
        join(inetAton("10.1.2.3"), new Uint8Array(4)),
        new Uint8Array(7),
      ]
      : [
        IPPROTO_IPV6,
        IPV6_JOIN_GROUP,
        join(inetPton(AF_INET6, "2001:db8::1"), new Uint8Array(4)),
        new Uint8Array(16),
      ];
    for (const value of [packed, short]) {
      assertEquals(code(() => here.setsockopt(level, name, value)), "EINVAL");
    }
    assertEquals(code(() => here.getsockopt(level, name)), "ENOPROTOOPT");
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.setsockopt() of what is for another family is refused",
  async ({ open, transport: { family } }) => {
    await using here = open();
    const refused = family === AF_INET
      ? code(() => here.getsockopt(IPPROTO_IPV6, IPV6_V6ONLY))
      : code(() => here.getsockopt(IPPROTO_TCP, TCP_NODELAY));
    assert(["EOPNOTSUPP", "ENOPROTOOPT"].includes(refused));
    assertEquals(
      code(() => here.setsockopt(SOL_SOCKET, SO_TYPE, 1)),
      "ENOPROTOOPT",
    );
    assertEquals(
      code(() => here.setsockopt(SOL_SOCKET, SO_BROADCAST, new Uint8Array(2))),
      "EINVAL",
    );
  },
);
