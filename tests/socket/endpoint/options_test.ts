import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  createServer,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  OSError,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TYPE,
  SOCK_STREAM,
  type Socket,
  socket,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../../../socket/mod.ts";
import { folder } from "../../support/peers.ts";

const unix = { net: true, read: [folder], write: [folder] };

const net = { permissions: unix };

/** Sockets of ours in every state. */
async function inEveryState(
  test: (s: Socket, state: string) => void,
): Promise<void> {
  await using server = createServer(["127.0.0.1", 0]);
  await using fresh = socket();
  await using bound = socket();
  bound.bind(["127.0.0.1", 0]);
  await using client = socket();
  await client.connect(server.getsockname());
  const [connection] = await server.accept();
  await using accepted = connection;
  for (
    const [state, s] of Object.entries({
      fresh,
      bound,
      server,
      client,
      accepted,
    })
  ) test(s, state);
}

const toggles: [name: string, level: number, option: number][] = [
  ["SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE],
  ["TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY],
];

for (const [name, level, option] of toggles) {
  Deno.test(
    `${name} is off at first and can be turned on and off in every state`,
    net,
    async () => {
      await inEveryState((s, state) => {
        const read = () => s.getsockopt(level, option);
        assertEquals(read(), 0, state);
        s.setsockopt(level, option, 7);
        assertEquals(read(), 1, state);
        s.setsockopt(level, option, 0);
        assertEquals(read(), 0, state);
      });
    },
  );

  Deno.test(
    `${name} of a listener holds for what it accepts from then on`,
    net,
    async () => {
      await using server = createServer(["127.0.0.1", 0]);
      const accepted: Socket[] = [];
      for (const value of [0, 1, 0]) {
        server.setsockopt(level, option, value);
        await using client = socket();
        await client.connect(server.getsockname());
        const [connection] = await server.accept();
        accepted.push(connection);
      }
      assertEquals(accepted.map((s) => s.getsockopt(level, option)), [0, 1, 0]);
      for (const s of accepted) await s[Symbol.asyncDispose]();
    },
  );

  Deno.test(
    `${name} that was set before connect() is set on the connection`,
    net,
    async () => {
      const set: [string, boolean][] = [];
      const { connect } = Deno;
      Deno.connect = (async (options: Deno.ConnectOptions) => {
        const conn = await connect(options);
        for (const method of ["setNoDelay", "setKeepAlive"] as const) {
          const real = conn[method].bind(conn);
          conn[method] = (on) => {
            set.push([method, on!]);
            real(on);
          };
        }
        return conn;
      }) as typeof Deno.connect;
      try {
        await using server = createServer(["127.0.0.1", 0]);
        await using s = socket();
        s.setsockopt(level, option, 1);
        await s.connect(server.getsockname());
        s.setsockopt(level, option, 0);
        const method = option === TCP_NODELAY ? "setNoDelay" : "setKeepAlive";
        assertEquals(set, [[method, true], [method, false]]);
      } finally {
        Deno.connect = connect;
      }
    },
  );
}

Deno.test("what a socket is can be read in every state", net, async () => {
  await inEveryState((s, state) => {
    const read = (option: number) => s.getsockopt(SOL_SOCKET, option);
    assertEquals(
      [read(SO_DOMAIN), read(SO_TYPE), read(SO_PROTOCOL), read(SO_ERROR)],
      [AF_INET, SOCK_STREAM, IPPROTO_TCP, 0],
      state,
    );
    assertEquals(read(SO_ACCEPTCONN), Number(state === "server"), state);
  });
});

Deno.test("SO_PROTOCOL is IPPROTO_TCP whether it was said or not, and 0 of a Unix socket", () => {
  for (const proto of [0, IPPROTO_TCP]) {
    using s = socket(AF_INET, SOCK_STREAM, proto);
    assertEquals(s.getsockopt(SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
  }
  using s = socket(AF_UNIX);
  assertEquals(s.getsockopt(SOL_SOCKET, SO_PROTOCOL), 0);
});

Deno.test("what a socket is cannot be set", () => {
  using s = socket();
  for (const option of [SO_TYPE, SO_DOMAIN, SO_PROTOCOL, SO_ACCEPTCONN]) {
    const set = () => s.setsockopt(SOL_SOCKET, option, 1);
    assertEquals(assertThrows(set, OSError).code, "ENOPROTOOPT");
  }
});

Deno.test("SO_REUSEADDR can be set, and not be turned off", () => {
  using s = socket();
  s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
  assertEquals(s.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
  const off = () => s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 0);
  const error = assertThrows(off, OSError, "Cannot set option SO_REUSEADDR");
  assertEquals(error.code, "ENOPROTOOPT");
});

Deno.test("SO_REUSEPORT lets two sockets listen on a port", {
  ...net,
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using one = socket();
  await using two = socket();
  for (const s of [one, two]) s.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
  assertEquals(one.getsockopt(SOL_SOCKET, SO_REUSEPORT), 1);
  one.bind(["127.0.0.1", 0]);
  two.bind(one.getsockname());
  assertEquals(two.getsockname(), one.getsockname());
});

Deno.test("IPV6_V6ONLY is set before bind() only", net, async () => {
  await using s = socket(AF_INET6);
  const set = (value: number) => s.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, value);
  assertEquals(s.getsockopt(IPPROTO_IPV6, IPV6_V6ONLY), 0);
  set(1);
  assertEquals(s.getsockopt(IPPROTO_IPV6, IPV6_V6ONLY), 1);
  set(0);
  set(1);
  try {
    s.bind(["::1", 0]);
  } catch {
    return; // no IPv6 here
  }
  assertEquals(assertThrows(() => set(0), OSError).code, "EINVAL");
  assertEquals(s.getsockopt(IPPROTO_IPV6, IPV6_V6ONLY), 1);
});

Deno.test("options of another family are refused in Linux's words", () => {
  const of = (family: number, level: number, option: number) => {
    using s = socket(family);
    const call = () => s.getsockopt(level, option);
    return assertThrows(call, OSError).code;
  };
  assertEquals(of(AF_UNIX, IPPROTO_TCP, TCP_NODELAY), "EOPNOTSUPP");
  assertEquals(of(AF_INET, IPPROTO_IPV6, IPV6_V6ONLY), "EOPNOTSUPP");
});

Deno.test("an option that Deno has not is ENOPROTOOPT and names the way out", () => {
  using s = socket();
  const names: [level: number, option: number, name: string][] = [
    [SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF"],
    [SOL_SOCKET, SO_LINGER, "SO_LINGER"],
    [IPPROTO_TCP, 9999, "9999 of level 6"],
    [IPPROTO_IP, 2, "IP_TTL"],
    [SOL_SOCKET, -1, `-1 of level ${SOL_SOCKET}`],
  ];
  for (const [level, option, name] of names) {
    for (
      const call of [
        () => s.getsockopt(level, option),
        () => s.setsockopt(level, option, 1),
      ]
    ) {
      const error = assertThrows(call, OSError, `option ${name}:`);
      assertEquals(error.code, "ENOPROTOOPT");
      assert(
        error.message.includes("use the POSIX driver (@berkeley"),
        error.message,
      );
    }
  }
});

Deno.test("an option is read as an int, cut to the size asked for", () => {
  using s = socket();
  const read = (size: number) => s.getsockopt(SOL_SOCKET, SO_TYPE, size);
  assertEquals(read(4), new Uint8Array(new Int32Array([1]).buffer));
  assertEquals(read(2), new Uint8Array(new Int32Array([1]).buffer, 0, 2));
  assertEquals(read(64).length, 4);
});

Deno.test("an option is set from an int, and from nothing shorter", () => {
  using s = socket();
  const set = (value: Uint8Array) =>
    s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, value);
  set(new Uint8Array([1, 0, 0, 0, 9, 9]));
  assertEquals(s.getsockopt(SOL_SOCKET, SO_KEEPALIVE), 1);
  const short = assertThrows(() => set(new Uint8Array([1])), OSError);
  assertEquals(short.code, "EINVAL");
  const none = () => s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, null, 4);
  assertEquals(assertThrows(none, OSError).code, "EFAULT");
});
