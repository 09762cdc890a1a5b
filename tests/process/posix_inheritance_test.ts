// What another program has of a descriptor, and what has become of it here.
import { assert, assertEquals } from "@std/assert";
import {
  AF_UNIX,
  createServer,
  recvFds,
  sendFds,
  Socket,
  socketpair,
  TimeoutError,
} from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { hasPython, interpreter } from "../support/python.ts";

const ignore = !hasPosix || !hasPython;

async function pair(): Promise<[Socket, Socket]> {
  return await socketpair(AF_UNIX, undefined, undefined, { driver: posix });
}

/** Runs a program of CPython with numbers in `fds`; gives what it prints. */
async function child(code: string, ...fds: number[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(interpreter, {
    args: [
      ...["-I", "-S", "-c"],
      `import os, socket, sys\nfds = [int(each) for each in sys.argv[1:]]\n${code}`,
      ...fds.map(String),
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout).trim();
}

// Where the number is open it is perhaps something else's.
const inodes = `
for fd in fds:
    try: print(os.fstat(fd).st_ino)
    except OSError: print("closed")
`;

/** The inode of a socket, as `ls` shows it. */
async function inodeOf(fd: number): Promise<string> {
  const { stdout } = await new Deno.Command("ls", {
    args: ["-l", `/proc/${Deno.pid}/fd/${fd}`],
  }).output();
  return /socket:\[(\d+)\]/.exec(text(stdout))![1];
}

Deno.test(
  "a child process has none of our descriptors if they are not made inheritable",
  {
    ignore,
  },
  async () => {
    const [one, other] = await pair();
    const server = createServer(["127.0.0.1", 0], { driver: posix });
    const client = new Socket(undefined, undefined, undefined, {
      driver: posix,
    });
    await client.connect(server.getsockname());
    const [accepted] = await server.accept();
    const copy = one.dup();
    await sendFds(one, [bytes("x")], [server.fileno()]);
    const [, [received]] = await recvFds(other, 1, 1);
    const taken = new Socket(undefined, undefined, undefined, {
      driver: posix,
      fileno: received,
    });
    // One waits, so that the poller's own descriptors are there as well.
    const waiting = one.recv(1);
    const all = [one, other, server, client, accepted, copy, taken];
    const inherited = all.map((each) => each.getInheritable());
    const fds = all.map((each) => each.fileno());
    const ours = await Promise.all(fds.map(inodeOf));
    const theirs = (await child(inodes, ...fds)).split("\n");
    await other.sendall(bytes("x"));
    await waiting;
    for (const each of all) await each[Symbol.asyncDispose]();
    assertEquals(inherited, all.map(() => false));
    assertEquals(theirs.filter((inode) => ours.includes(inode)), []);
  },
);

Deno.test(
  "a child process has nothing of the poller's",
  { ignore },
  async () => {
    const [one, other] = await pair();
    const waiting = one.recv(1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const listed = await child(`
for fd in os.listdir("/proc/self/fd"):
    try: print(os.readlink("/proc/self/fd/" + fd))
    except OSError: pass
`);
    await other.sendall(bytes("x"));
    await waiting;
    await one[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    assert(listed.includes("/dev/null"), listed);
    assert(!/eventpoll|eventfd/.test(listed), listed);
  },
);

Deno.test(
  "setInheritable() gives a child process the descriptor under its number",
  {
    ignore,
  },
  async () => {
    const [one, other] = await pair();
    await using _one = one, _other = other;
    other.setInheritable(true);
    const fd = other.fileno();
    assertEquals(other.getInheritable(), true);
    assertEquals(await child(inodes, fd), await inodeOf(fd));
    const talking = child(
      `
s = socket.socket(fileno=fds[0])
s.setblocking(True)
s.sendall(s.recv(9)[::-1])
print(s.family.name, s.type.name)`,
      fd,
    );
    await one.sendall(bytes("hello"));
    assertEquals(await talking, "AF_UNIX SOCK_STREAM");
    assertEquals(text(await one.recv(9)), "olleh");
  },
);

Deno.test("setInheritable() with false takes it back", { ignore }, async () => {
  const [one, other] = await pair();
  await using _one = one, _other = other;
  one.setInheritable(true);
  one.setInheritable(false);
  assertEquals(one.getInheritable(), false);
  const inode = await inodeOf(one.fileno());
  assertEquals(await child(inodes, one.fileno()) === inode, false);
});

Deno.test("a listener that a child process inherits accepts there", {
  ignore,
}, async () => {
  await using server = createServer(["127.0.0.1", 0], { driver: posix });
  server.setInheritable(true);
  const answering = child(
    `
s = socket.socket(fileno=fds[0])
s.setblocking(True)
c, _ = s.accept()
c.sendall(b"from the child")`,
    server.fileno(),
  );
  await using client = new Socket(undefined, undefined, undefined, {
    driver: posix,
  });
  await client.connect(server.getsockname());
  assertEquals(text(await client.recv(99)), "from the child");
  await answering;
});

Deno.test(
  "a receive or a send does not block if a child process has made the descriptor block",
  {
    ignore,
  },
  async () => {
    const [one, other] = await pair();
    await using _one = one, _other = other;
    one.setInheritable(true);
    await child("socket.socket(fileno=fds[0]).setblocking(True)", one.fileno());
    one.settimeout(0.05);
    const calls = [
      () => one.recv(9),
      () => one.recvInto(new Uint8Array(9)),
      () => one.recvmsg(9, 99),
      () => one.sendall(new Uint8Array(64 << 20)),
      () => one.sendmsg([new Uint8Array(9)]),
    ];
    const outcomes = [];
    for (const call of calls) {
      outcomes.push(await call().catch((error: unknown) => error));
    }
    assertEquals(
      outcomes.map((outcome) => outcome instanceof TimeoutError),
      calls.map(() => true),
    );
  },
);

Deno.test(
  "a descriptor that a child process makes and sends is not inherited by the next child",
  {
    ignore,
  },
  async () => {
    const [one, other] = await pair();
    await using _one = one, _other = other;
    other.setInheritable(true);
    const sending = child(
      `
s = socket.socket(fileno=fds[0])
s.setblocking(True)
l = socket.create_server(("127.0.0.1", 0))
socket.send_fds(s, [b"x"], [l.fileno()])`,
      other.fileno(),
    );
    const [, [fd]] = await recvFds(one, 1, 1);
    await sending;
    await using taken = new Socket(undefined, undefined, undefined, {
      driver: posix,
      fileno: fd,
    });
    const inode = await inodeOf(fd);
    assertEquals(taken.getInheritable(), false);
    assertEquals(await child(inodes, fd) === inode, false);
  },
);
