// No descriptor of the POSIX driver stays open: hundreds of calls of each kind that
// succeed, fail, time out or are aborted, and as many open files afterwards as before.

import { assertEquals } from "@std/assert";
import {
  AF_UNIX,
  close,
  CMSG_SPACE,
  createConnection,
  createServer,
  dup,
  fromfd,
  getaddrinfo,
  MSG_CTRUNC,
  OSError,
  recvFds,
  sendFds,
  setDefaultDriver,
  SO_LINGER,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  socket,
  socketpair,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { bytes, folder } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { sized } from "../support/soak.ts";

setDefaultDriver(posix);

const TURNS = sized(2000);

/** Lists the sockets of this process, and what may watch them. */
function openFiles(): string[] {
  const { stdout } = new Deno.Command("ls", {
    args: ["-l", `/proc/${Deno.pid}/fd`],
  }).outputSync();
  const list = new TextDecoder().decode(stdout);
  return list.match(/\d+ -> (socket:|anon_inode:).*/g) ?? [];
}

// Deno opens two sockets for signals, else half a second after its start (Deno 2.9).
const ignoring = () => {};
Deno.addSignalListener("SIGUSR2", ignoring);
Deno.removeSignalListener("SIGUSR2", ignoring);

function test(name: string, turn: (number: number) => Promise<void>): void {
  Deno.test({
    name: `${name} leaves no descriptor open [POSIX]`,
    ignore: !hasPosix,
    async fn() {
      // A file that is opened once for all is not a leak.
      for (let i = 0; i < 3; i++) await turn(i);
      const before = openFiles();
      for (let i = 3; i < TURNS; i++) await turn(i);
      assertEquals(openFiles(), before);
    },
  });
}

/** A signal that aborts soon, at any of the moments that a call goes through. */
function soon(number: number): AbortSignal {
  const controller = new AbortController();
  let turns = number % 8;
  const step = () => {
    if (turns-- === 0) controller.abort(new Error("given up by the test"));
    else setImmediate(step);
  };
  step();
  return controller.signal;
}

function listen(): Socket {
  return createServer(["127.0.0.1", 0]) as Socket;
}

async function pair(): Promise<[Socket, Socket]> {
  return await socketpair();
}

/** Awaits what may fail as an OSError or by a signal, and nothing else. */
async function tolerate(promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    const isAbort = (error as Error).message === "given up by the test";
    if (!isAbort && !(error instanceof OSError)) throw error;
  }
}

// A path that is taken.
const taken = `${folder}/taken`;
Deno.writeTextFileSync(taken, "");

test("connect() and accept()", async (number) => {
  await using server = listen();
  await using client = socket();
  await client.connect(server.getsockname() as [string, number]);
  const [accepted] = await server.accept();
  if (number % 2 === 0) await accepted[Symbol.asyncDispose]();
  else accepted.close();
});

test("connect() that is aborted, times out or is closed", async (number) => {
  await using server = listen();
  await using client = socket();
  client.settimeout([0, 0.00001, 0.0002, null][number % 4]);
  const address = server.getsockname() as [string, number];
  const signal = number % 5 === 0 ? undefined : soon(number);
  const connecting = tolerate(client.connect(address, { signal }));
  if (number % 3 === 0) client.close();
  await connecting;
});

test("connect() that is refused", async (number) => {
  const free = listen();
  const address = free.getsockname() as [string, number];
  await free[Symbol.asyncDispose]();
  if (number % 2 === 0) return await tolerate(createConnection(address));
  await using client = socket();
  await tolerate(client.connect(address));
});

test("createConnection() by name that is aborted", async (number) => {
  await using server = listen();
  const [, port] = server.getsockname() as [string, number];
  const options = { signal: soon(number) };
  await tolerate(
    createConnection(["localhost", port], options).then((each) =>
      each[Symbol.asyncDispose]()
    ),
  );
});

test("accept() that is aborted or times out", async (number) => {
  await using server = listen();
  server.settimeout([0, 0.0002, null][number % 3]);
  const accepts = [1, 2, 3].map(() =>
    tolerate(
      server.accept({ signal: soon(number) })
        .then(([each]) => each[Symbol.asyncDispose]()),
    )
  );
  await using client = socket();
  // Sometimes a connection comes, which perhaps nobody accepts any more.
  if (number % 2 === 0) {
    await client.connect(server.getsockname() as [string, number]);
  }
  await Promise.all(accepts);
});

test("close() with pending calls", async (number) => {
  const [one, other] = await pair();
  const calls = [
    one.recv(9),
    one.recvInto(new Uint8Array(9)),
    one.recvmsg(9, 99),
    other.recv(1),
    one.sendall(new Uint8Array(1 << 20)),
  ].map((call) => tolerate(call as Promise<unknown>));
  if (number % 3 === 0) await new Promise((go) => setImmediate(go));
  // By the number or by the socket, at once or awaited.
  if (number % 2 === 0) close(one.fileno());
  else one.close();
  await other[Symbol.asyncDispose]();
  await Promise.all(calls);
});

test("close() that lingers", async (number) => {
  await using server = listen();
  const client = socket();
  await client.connect(server.getsockname() as [string, number]);
  // Seconds; mostly none, for the peer's kernel takes its time to answer.
  const seconds = number % 16 === 0 ? 1 : 0;
  const linger = new Uint8Array(Int32Array.of(1, seconds).buffer);
  client.setsockopt(SOL_SOCKET, SO_LINGER, linger);
  await client.sendall(bytes("x"));
  await client[Symbol.asyncDispose]();
});

test("dup(), fromfd(), detach() and socket() of a number", async (number) => {
  const [one, other] = await pair();
  await using _other = other;
  const copies = [one, one.dup(), fromfd(one.fileno(), AF_UNIX, SOCK_STREAM)];
  const fileno = dup(one.fileno());
  copies.push(socket(undefined, undefined, undefined, { fileno }));
  const detached = copies[number % 4].detach() as number;
  close(detached);
  for (const copy of copies) await copy[Symbol.asyncDispose]();
  assertEquals((await other.recv(9)).length, 0);
});

test("what cannot be taken over or opened", async (number) => {
  const [one, other] = await pair();
  await using _one = one, _other = other;
  const attempts = [
    () => socket(undefined, undefined, undefined, { fileno: one.fileno() }),
    () => fromfd(1_000_000, AF_UNIX, SOCK_STREAM),
    () => fromfd(0, AF_UNIX, SOCK_STREAM),
    () => new Socket(9999, 1, 0),
    () => socketpair(AF_UNIX, 9999),
    () => createServer(["203.0.113.1", 0]),
    () => createServer(taken, { family: AF_UNIX, backlog: number }),
  ];
  for (const attempt of attempts) {
    await tolerate((async () => await attempt())());
  }
});

test("sendFds() and recvFds()", async (number) => {
  const [one, other] = await pair();
  await using _one = one, _other = other;
  await sendFds(one, [bytes("x")], [one.fileno(), other.fileno()]);
  const [, fds] = await recvFds(other, 9, 2);
  if (number % 2 === 0) return fds.forEach((fd) => close(fd));
  for (const fileno of fds) {
    await using _ = socket(undefined, undefined, undefined, { fileno });
  }
});

test("a message whose descriptors have no room", async (number) => {
  const [one, other] = await pair();
  await using _one = one, _other = other;
  const all = [one, other, one, other].map((each) => each.fileno());
  await sendFds(one, [bytes("x")], all);
  const size = [0, 1, 15, CMSG_SPACE(4) - 4, CMSG_SPACE(8)][number % 5];
  const [, ancillary, flags] = await other.recvmsg(9, size);
  assertEquals(flags & MSG_CTRUNC, MSG_CTRUNC);
  for (const [, , data] of ancillary) {
    for (const fd of new Int32Array(data.slice().buffer)) close(fd);
  }
});

test("descriptors that nobody receives", async (number) => {
  const [one, other] = await pair();
  await using _one = one, _other = other;
  await sendFds(one, [bytes("xyz")], [one.fileno()]);
  // A receive without ancillary data.
  if (number % 2 === 0) await other.recv(9);
});

test("a poll that is taken back", async (number) => {
  const [one, other] = await pair();
  await using _one = one, _other = other;
  await tolerate(one.recv(9, 0, { signal: soon(number) }));
  one.settimeout(0.0001);
  await tolerate(one.recv(9));
});

test("datagrams to a name and to a path", async (number) => {
  await using to = new Socket(AF_UNIX, SOCK_DGRAM);
  const path = `${folder}/datagrams-${number}`;
  to.bind(path);
  await using from = new Socket(AF_UNIX, SOCK_DGRAM);
  await from.sendto(bytes("x"), path);
  await to.recvfrom(9);
  await Deno.remove(path);
  await using out = new Socket(undefined, SOCK_DGRAM);
  out.settimeout(0.01);
  await tolerate(out.sendto(bytes("x"), ["localhost", 9]));
});

test("look-ups", async (number) => {
  await tolerate(getaddrinfo("localhost", 80, { signal: soon(number) }));
});
