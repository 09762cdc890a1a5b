// One flag, `--allow-ffi=` and where libc lies, is enough for all that the POSIX
// driver can do.
import { assertEquals } from "@std/assert";
import { folder, hasIpv6Here } from "../support/peers.ts";
import { hasPosix } from "../support/posix.ts";
import { posixValue } from "../support/posix_program.ts";
import type { ProgramOptions } from "../support/program.ts";

/** What can be done with permission for libc alone: the body of a function, and what it returns. */
interface Doable extends ProgramOptions {
  readonly name: string;
  readonly body: string;
  readonly gives: unknown;
  readonly ignore?: boolean;
}

const file = `${folder}/sent`;
Deno.writeTextFileSync(file, "a regular file");
const hasServices = hasPosix && exists("/etc/services");

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A greeting over a stream of a family. */
function greeting(family: string, address: string): string {
  return `
    const server = s.socket(s.${family}); server.bind(${address}); server.listen();
    const client = s.socket(s.${family}); await client.connect(server.getsockname());
    const [peer] = await server.accept();
    await client.sendall(bytes("hello"));
    return text(await peer.recv(9));`;
}

const doable: readonly Doable[] = [
  {
    name: "TCP",
    body: greeting("AF_INET", `["127.0.0.1", 0]`),
    gives: "hello",
  },
  {
    name: "TCP over IPv6",
    body: greeting("AF_INET6", `["::1", 0]`),
    gives: "hello",
    ignore: !hasIpv6Here,
  },
  {
    name: "a Unix socket at a path",
    body: greeting("AF_UNIX", JSON.stringify(`${folder}/listener`)),
    gives: "hello",
  },
  {
    name: "a Unix socket of an abstract name",
    body: greeting("AF_UNIX", `"\\0name-${crypto.randomUUID()}"`),
    gives: "hello",
  },
  {
    name: "createServer() and createConnection() by name",
    body: `
      const server = s.createServer(["localhost", 0], { family: s.AF_INET });
      const client = await s.createConnection(["localhost", server.getsockname()[1]]);
      const [peer] = await server.accept();
      await peer.sendall(bytes("hello"));
      return text(await client.recv(9));`,
    gives: "hello",
  },
  {
    name: "UDP",
    body: `
      const to = s.socket(s.AF_INET, s.SOCK_DGRAM); to.bind(["127.0.0.1", 0]);
      await s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(bytes("hello"), to.getsockname());
      return text((await to.recvfrom(9))[0]);`,
    gives: "hello",
  },
  {
    name: "socketpair() of sequenced packets",
    body: `
      const [one, other] = await s.socketpair(s.AF_UNIX, s.SOCK_SEQPACKET);
      await one.send(bytes("hello")); await one.send(bytes("you"));
      return [text(await other.recv(9)), text(await other.recv(9))];`,
    gives: ["hello", "you"],
  },
  {
    name: "a netlink socket",
    body: `
      const n = s.socket(s.AF_NETLINK, s.SOCK_RAW, 0); n.bind([0, 0]);
      return n.getsockname()[0] > 0;`,
    gives: true,
  },
  {
    name: "recvmsg() of a descriptor, and fromfd()",
    body: `
      const [one, other] = await s.socketpair();
      const [inner, outer] = await s.socketpair();
      await s.sendFds(one, [bytes("x")], [inner.fileno()]);
      const [data, ancillary] = await other.recvmsg(9, s.CMSG_SPACE(4));
      const [[level, type, packed]] = ancillary;
      const [fd] = new Int32Array(packed.slice().buffer);
      const taken = s.fromfd(fd, s.AF_UNIX, s.SOCK_STREAM);
      s.close(fd); inner.close();
      await outer.sendall(bytes("through"));
      return [text(data), level === s.SOL_SOCKET, type === s.SCM_RIGHTS, text(await taken.recv(9))];`,
    gives: ["x", true, true, "through"],
  },
  {
    name: "sendmsg() of several control messages",
    body: `
      const [one, other] = await s.socketpair();
      other.setsockopt(s.SOL_SOCKET, s.SO_PASSCRED, 1);
      const rights = new Uint8Array(Int32Array.of(one.fileno()).buffer);
      await one.sendmsg([bytes("x")], [[s.SOL_SOCKET, s.SCM_RIGHTS, rights]]);
      const [, ancillary] = await other.recvmsg(9, s.CMSG_SPACE(4) + s.CMSG_SPACE(12));
      return ancillary.map(([, type]) => type).sort((a, b) => a - b);`,
    gives: [1, 2],
  },
  {
    name: "getaddrinfo()",
    body: `
      const [info] = await s.getaddrinfo("localhost", 80, { family: s.AF_INET, type: s.SOCK_STREAM });
      return info[4];`,
    gives: ["127.0.0.1", 80],
  },
  {
    name: "gethostbyname() and getnameinfo()",
    body: `
      const flags = s.NI_NUMERICHOST | s.NI_NUMERICSERV;
      return [await s.gethostbyname("localhost"), await s.getnameinfo(["127.0.0.1", 80], flags)];`,
    gives: ["127.0.0.1", ["127.0.0.1", "80"]],
  },
  {
    name: "getservbyname()",
    body: `return [s.getservbyname("domain", "udp"), s.getservbyport(53)];`,
    gives: [53, "domain"],
    ignore: !hasServices,
  },
  {
    name: "ifNameindex() and its siblings",
    body: `
      const found = s.ifNameindex().find(([, name]) => name === "lo");
      return s.ifIndextoname(found[0]) === "lo" && s.ifNametoindex("lo") === found[0];`,
    gives: true,
  },
  {
    name: "gethostname()",
    body: "return s.gethostname() !== '';",
    gives: true,
  },
  {
    name: "sendfile() of a descriptor",
    body: `
      const [one, other] = await s.socketpair();
      const sent = await one.sendfile(3, { offset: 2 });
      return [sent, text(await other.recv(99))];`,
    through: ["sh", "-c", 'exec 3<"$0"; exec "$@"', file],
    gives: [12, "regular file"],
  },
  {
    name: "ioctl()",
    body: `
      const FIONREAD = 0x541b;
      const [one, other] = await s.socketpair();
      await one.sendall(bytes("hello"));
      return other.ioctl(FIONREAD, new Uint8Array(4))[0];`,
    gives: 5,
  },
  {
    name: "options in every form",
    body: `
      const t = s.socket();
      t.setsockopt(s.SOL_SOCKET, s.SO_LINGER, new Uint8Array(Int32Array.of(1, 7).buffer));
      t.setsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE, 1);
      return [t.getsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE), [...t.getsockopt(s.SOL_SOCKET, s.SO_LINGER, 8)]];`,
    gives: [1, [1, 0, 0, 0, 7, 0, 0, 0]],
  },
  {
    name: "unref()",
    body: `
      const [one] = await s.socketpair();
      one.unref(); one.recv(9);
      return "ended";`,
    gives: "ended",
  },
];

for (const { name, body, gives, ignore, through } of doable) {
  Deno.test(`${name} needs permission for libc and no other`, {
    ignore: !hasPosix || (ignore ?? false),
  }, async () => {
    assertEquals(await posixValue(body, { through }), gives);
  });
}
