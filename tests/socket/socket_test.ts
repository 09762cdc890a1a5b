import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  type Driver,
  IPPROTO_TCP,
  MSG_DONTWAIT,
  OSError,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  Socket,
  socket,
  socketpair,
  SocketType,
  TCP_NODELAY,
} from "../../socket/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { socketOver } from "../../socket/socket.ts";
import { failure } from "./failure.ts";

const net = { permissions: { net: true } } as const;

Deno.test("Socket is AF_INET, SOCK_STREAM and protocol 0 if nothing is said", () => {
  using s = new Socket();
  assertEquals([s.family, s.type, s.proto], [AF_INET, SOCK_STREAM, 0]);
  assertEquals(SocketType, Socket);
  assert(socket() instanceof Socket);
});

Deno.test("Socket has no SOCK_CLOEXEC in its type", {
  ignore: SOCK_CLOEXEC <= 0,
}, () => {
  using s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC);
  assertEquals([s.type, s.gettimeout()], [SOCK_STREAM, null]);
});

Deno.test("Socket refuses what the sandbox has not, in the kernel's words and with the way out", () => {
  for (
    const [family, type, proto, code] of [
      [999, SOCK_STREAM, 0, "EAFNOSUPPORT"],
      [-2, SOCK_STREAM, 0, "EAFNOSUPPORT"],
      [AF_INET, 999, 0, "EINVAL"],
      [AF_INET, SOCK_STREAM, 17, "EPROTONOSUPPORT"],
      [AF_UNIX, SOCK_STREAM, 6, "EPROTONOSUPPORT"],
      [AF_INET, 5, 0, "ESOCKTNOSUPPORT"],
    ] as const
  ) {
    const error = assertThrows(() => socket(family, type, proto), OSError);
    assertEquals(error.code, code);
    assert(
      error.message.includes("use the POSIX driver (@berkeley"),
      error.message,
    );
  }
});

Deno.test("Socket.fileno() names the way out, and is -1 for a closed socket", () => {
  const s = socket();
  const error = assertThrows(() => s.fileno(), OSError);
  assertEquals(error.code, "EOPNOTSUPP");
  assert(
    error.message.includes("use the POSIX driver (@berkeley"),
    error.message,
  );
  s.close();
  assertEquals(s.fileno(), -1);
});

Deno.test("Socket.fileno() is the endpoint's descriptor where it has one, until it is closed", async () => {
  const endpoint = sandbox.open(AF_INET, SOCK_STREAM, 0);
  endpoint.fileno = () => 7;
  const s = socketOver(endpoint, sandbox);
  assertEquals(s.fileno(), 7);
  const file = s.makefile("rb");
  s.close();
  // As in Python, the socket closes only when its files are closed too.
  assertEquals(s.fileno(), 7);
  await file.close();
  assertEquals(s.fileno(), -1);
});

Deno.test("Socket is not inherited by child processes, which cannot be changed in the sandbox", () => {
  using s = socket();
  assertEquals(s.getInheritable(), false);
  s.setInheritable(false);
  const error = assertThrows(() => s.setInheritable(true), OSError);
  assertEquals(error.code, "EOPNOTSUPP");
});

for (
  const [name, call] of [
    ["ioctl()", (s) => s.ioctl(1)],
    ["share()", (s) => s.share(1)],
    ["sendmsgAfalg()", (s) => s.sendmsgAfalg([], { op: 0 })],
  ] as [string, (s: Socket) => unknown][]
) {
  Deno.test(`Socket.${name} is EOPNOTSUPP and names the way out`, async () => {
    using s = socket();
    const error = await failure(() => call(s));
    assert(error instanceof OSError);
    assertEquals(error.code, "EOPNOTSUPP");
    assertMatch(error.message, /^Cannot .*POSIX driver/);
  });

  Deno.test(`Socket.${name} of a closed socket is EBADF`, async () => {
    const s = socket();
    s.close();
    const error = await failure(() => call(s));
    assertEquals((error as OSError).code, "EBADF");
  });
}

Deno.test("Socket.detach() of a closed socket is -1", () => {
  const s = socket();
  s.close();
  assertEquals(s.detach(), -1);
});

Deno.test("Socket.detach() before there is a resource is refused, and the socket stays open", () => {
  using s = socket();
  assertThrows(() => s.detach(), OSError);
  s.settimeout(1);
});

Deno.test({
  ...net,
  name: "a `using` block closes the socket, also when it is left by an error",
  async fn() {
    const [a, b] = await socketpair();
    await using _b = b;
    await assertRejects(async () => {
      using _a = a;
      await Promise.reject(new Error("out"));
    }, "out");
    assertEquals(a.fileno(), -1);
    assertEquals((await b.recv(1)).length, 0);
  },
});

Deno.test({
  ...net,
  name: "an `await using` block has freed the port when it is left",
  async fn() {
    const s = socket();
    let address: [string, number];
    {
      await using server = s;
      server.bind(["127.0.0.1", 0]);
      server.listen();
      server.settimeout(0.001);
      await assertRejects(() => server.accept());
      address = server.getsockname();
    }
    await using next = socket();
    next.bind(address);
    assertEquals(next.getsockname(), address);
  },
});

Deno.test("disposing twice, and of a closed socket, is nothing", async () => {
  const s = socket();
  s.close();
  s[Symbol.dispose]();
  await s[Symbol.asyncDispose]();
  await s[Symbol.asyncDispose]();
});

Deno.test("Deno.inspect() shows a socket's numbers, and that it is closed", () => {
  const s = socket(AF_INET6);
  assertEquals(
    Deno.inspect(s),
    `<Socket family=${AF_INET6}, type=${SOCK_STREAM}, proto=0, laddr=["::",0,0,0]>`,
  );
  s.close();
  assert(Deno.inspect(s).startsWith("<Socket [closed]"), Deno.inspect(s));
});

Deno.test({
  ...net,
  name: "Deno.inspect() shows a socket that only its files keep open as closed",
  async fn() {
    const [a, b] = await socketpair();
    await using _b = b;
    const file = a.makefile("rb");
    a.close();
    const shown = Deno.inspect(a);
    await file.close();
    assert(shown.startsWith("<Socket [closed]"), shown);
  },
});

Deno.test({
  ...net,
  name: "Deno.inspect() shows both addresses of a connection",
  async fn() {
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    const shown = Deno.inspect(a);
    const [laddr, raddr] = [a.getsockname(), a.getpeername()]
      .map((address) => JSON.stringify(address));
    assert(shown.endsWith(`laddr=${laddr}, raddr=${raddr}>`), shown);
  },
});

Deno.test("instanceof socket is true of a socket, as isinstance is in Python", () => {
  using s = socket();
  assert(s instanceof socket);
  assert(!({} instanceof socket));
});

Deno.test({
  ...net,
  name: "recv(), recvInto() and sendall() take the options in place of flags",
  async fn() {
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    const { signal } = new AbortController();
    await a.sendall(new Uint8Array([1, 2]), { signal });
    assertEquals(await b.recv(1, { signal }), new Uint8Array([1]));
    assertEquals(await b.recvInto(new Uint8Array(8), 0, { signal }), 1);
    const aborted = AbortSignal.abort("enough");
    const error = await b.recv(1, { signal: aborted }).catch((reason) =>
      reason
    );
    assertEquals(error, "enough");
  },
});

Deno.test("messages name the driver that cannot", () => {
  const mine: Driver = { ...sandbox, name: "my own" };
  using s = socket(AF_INET, SOCK_STREAM, 0, { driver: mine });
  assertThrows(() => s.ioctl(1), OSError, "with the sandboxed driver");
});

Deno.test("MSG_DONTWAIT is not passed to the driver, and does not wait", {
  ignore: MSG_DONTWAIT <= 0,
}, async () => {
  const seen: unknown[] = [];
  const endpoint = sandbox.open(AF_INET, SOCK_STREAM, 0);
  endpoint.recv = (...call) => {
    seen.push(call);
    return Promise.resolve(new Uint8Array());
  };
  using s = socketOver(endpoint, sandbox);
  s.settimeout(5);
  await s.recv(1, MSG_DONTWAIT | 2);
  assertEquals(seen, [[1, 2, { deadline: -Infinity, signal: undefined }]]);
});

Deno.test({
  ...net,
  name: "Socket.setsockopt() takes bytes, and getsockopt() gives them",
  async fn() {
    const [a, b] = await socketpair();
    await using s = a;
    await using _b = b;
    s.setsockopt(IPPROTO_TCP, TCP_NODELAY, new Uint8Array([1, 0, 0, 0]));
    assertEquals(
      s.getsockopt(IPPROTO_TCP, TCP_NODELAY, 4),
      new Uint8Array([1, 0, 0, 0]),
    );
    assertEquals(s.getsockopt(IPPROTO_TCP, TCP_NODELAY), 1);
  },
});
