// What `deno check` proves: that these lines need no cast. The values are
// looked at too, so that types and truth agree.
import { assertEquals } from "@std/assert";
import {
  type Address,
  AF_INET,
  AF_INET6,
  AF_UNIX,
  createConnection,
  createServer,
  type Inet6Address,
  type InetAddress,
  OSError,
  type SOCK_DGRAM,
  SOCK_STREAM,
  type Socket,
  socket,
  socketpair,
  type UnixAddress,
} from "../../socket/mod.ts";
import { folder, hasIpv6Here } from "../support/peers.ts";

/** Exactly the same type, not one that fits. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Fails to compile unless the type is `true`. */
function proves<_T extends true>(): void {}

/** Takes any socket. */
function familyOf(any: Socket): number {
  return any.family;
}

Deno.test("socket() gives addresses of two parts", () => {
  using s = socket();
  const [host, port]: [string, number] = s.getsockname();
  assertEquals([host, port], ["0.0.0.0", 0]);
  proves<Same<typeof s, Socket<InetAddress, null>>>();
});

Deno.test("socket(AF_INET6) gives addresses of four parts and takes short ones", () => {
  using s = socket(AF_INET6);
  const [host, port, flow, scope]: [string, number, number, number] = s
    .getsockname();
  assertEquals([host, port, flow, scope], ["::", 0, 0, 0]);
  proves<Same<ReturnType<typeof s.getsockname>, Inet6Address>>();
  type Input = Parameters<typeof s.bind>[0];
  const inputs: Input[] = [
    ["::1", 0],
    ["::1", 0, 0],
    ["::1", 0, 0, 0],
    ["::1", 0] as const,
  ];
  assertEquals(inputs.length, 4);
});

Deno.test("socket(AF_UNIX) gives and takes a path or bytes", () => {
  using s = socket(AF_UNIX);
  const address: string | Uint8Array = s.getsockname();
  assertEquals(address, "");
  proves<Same<ReturnType<typeof s.getsockname>, UnixAddress>>();
});

Deno.test("a socket of a family that is only a number gives any address", () => {
  const family: number = AF_INET;
  using s = socket(family);
  const address: Address = s.getsockname();
  assertEquals(address, ["0.0.0.0", 0]);
});

Deno.test("a socket does not take another family's addresses", () => {
  using four = socket();
  using local = socket(AF_UNIX);
  const wrong = [
    // @ts-expect-error -- a path is not an address of AF_INET
    () => four.bind("/run/x"),
    // @ts-expect-error -- four parts are those of AF_INET6
    () => four.bind(["::1", 0, 0, 0]),
    // @ts-expect-error -- a port is a number
    () => four.connect(["127.0.0.1", "80"]),
    // @ts-expect-error -- an array is not a path
    () => local.bind(["127.0.0.1", 0]),
    // @ts-expect-error -- a string has to be encoded first
    () => four.send("hello"),
  ];
  assertEquals(wrong.length, 5);
});

Deno.test({
  name: "recvfrom() on a stream gives no address, by its type too",
  permissions: { net: true },
  async fn() {
    const server = createServer(["127.0.0.1", 0]);
    await using _server = server;
    await using client = socket();
    await client.connect(server.getsockname());
    const [connection, [host, port]] = await server.accept();
    await using accepted = connection;
    const local: [string, number] = [host, port];
    assertEquals(local, client.getsockname());
    proves<Same<typeof accepted, Socket<InetAddress, null>>>();
    await accepted.sendall(new Uint8Array(1));
    const [data, address]: [Uint8Array, null] = await client.recvfrom(8);
    assertEquals([data.length, address], [1, null]);
    await accepted.sendall(new Uint8Array(1));
    const [count, sender]: [number, null] = await client.recvfromInto(data);
    assertEquals([count, sender], [1, null]);
  },
});

Deno.test("recvfrom() of datagrams tells the sender by its type", () => {
  type Datagram = ReturnType<
    typeof socket<typeof AF_INET, typeof SOCK_DGRAM>
  >;
  proves<Same<Datagram, Socket<InetAddress, InetAddress>>>();
  type Datagram6 = ReturnType<
    typeof socket<typeof AF_INET6, typeof SOCK_DGRAM>
  >;
  proves<Same<Datagram6, Socket<Inet6Address, Inet6Address>>>();
  type Unixgram = ReturnType<
    typeof socket<typeof AF_UNIX, typeof SOCK_DGRAM>
  >;
  proves<Same<Unixgram, Socket<UnixAddress, UnixAddress | null>>>();
});

Deno.test("every socket fits where a Socket is asked for", () => {
  using four = socket(AF_INET, SOCK_STREAM);
  using six = socket(AF_INET6, SOCK_STREAM);
  using local = socket(AF_UNIX, SOCK_STREAM);
  assertEquals([four, six, local].map(familyOf), [AF_INET, AF_INET6, AF_UNIX]);
  const some: Socket[] = [four, six, local];
  assertEquals(some.length, 3);
  const one: Socket<InetAddress> = four;
  assertEquals(familyOf(one), AF_INET);
});

Deno.test({
  name: "socketpair() and createConnection() give sockets of known types",
  permissions: { net: true },
  async fn() {
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    proves<Same<typeof a, Socket<Address, null>>>();
    using server = createServer(["127.0.0.1", 0]);
    const address: [string, number] = server.getsockname();
    await using s = await createConnection(address);
    const [host, port] = s.getpeername();
    const name: string = host;
    const number: number = port;
    assertEquals([name, number], address);
    assertEquals(familyOf(a), b.family);
  },
});

Deno.test({
  name: "createServer() knows the family of its options",
  permissions: { net: true, read: [folder], write: [folder] },
  async fn() {
    await using local = createServer(`${folder}/types`, { family: AF_UNIX });
    const path: string | Uint8Array = local.getsockname();
    assertEquals(path, `${folder}/types`);
    if (!hasIpv6Here) return;
    await using six = createServer(["::1", 0], { family: AF_INET6 });
    const [, , flow, scope]: [string, number, number, number] = six
      .getsockname();
    assertEquals([flow, scope], [0, 0]);
  },
});

Deno.test("a caught error narrows to OSError's fields", () => {
  using s = socket();
  try {
    s.getpeername();
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    const errno: number | undefined = error.errno;
    const code: string = error.code;
    assertEquals([code, typeof errno], ["ENOTCONN", "number"]);
  }
});
