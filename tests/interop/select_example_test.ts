// The example of Python's documentation of selectors, with CPython at the other end.
import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { AF_INET, Socket } from "../../socket/mod.ts";
import type { Driver } from "../../socket/mod.ts";
import {
  type BaseSelector,
  DefaultSelector,
  EpollSelector,
  EVENT_READ,
  EVENT_WRITE,
  SelectSelector,
} from "../../socket/selectors/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { allowLibc } from "../support/posix_program.ts";
import { spawnProgram } from "../support/program.ts";
import { needsPython, runPython, spawnPython } from "../support/python.ts";
import { Random } from "../support/random.ts";

const CLIENTS = 20;
const LONGEST = 60_000;

const usePosix = new URL("../support/use_posix.ts", import.meta.url).href;

// Clients that are served by turns, each with pieces that fit a receive of the server's.
const client = `
import selectors, socket, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
sel = selectors.DefaultSelector()
left = {}
for n in range(count):
    s = socket.create_connection(("127.0.0.1", port))
    left[s] = [bytes([65 + n]) * size for size in range(1, 900, 100)]
    s.sendall(left[s][0])
    sel.register(s, selectors.EVENT_READ, b"")
echoed = 0
while left:
    for key, _ in sel.select(20) or sys.exit("nothing came"):
        s, got = key.fileobj, key.data + key.fileobj.recv(1000)
        sel.modify(s, selectors.EVENT_READ, got)
        if got != left[s][0]: continue
        echoed += len(left[s].pop(0))
        sel.modify(s, selectors.EVENT_READ, b"")
        if left[s]: s.sendall(left[s][0])
        else:
            del left[s]
            sel.unregister(s)
            s.close()
print(echoed)
`;

for (
  const [name, ignore, flags] of [
    ["sandboxed", false, ["--allow-net=127.0.0.1:0"]],
    ["POSIX", !hasPosix, [`--preload=${usePosix}`, allowLibc]],
  ] as const
) {
  Deno.test({
    name:
      `DefaultSelector runs the example of Python's documentation for clients of CPython's [${name}]`,
    ignore: needsPython.ignore || ignore,
    async fn() {
      await using server = spawnProgram(
        "../interop/select_steps/echo_server.ts",
        { flags, args: [`${CLIENTS}`] },
      );
      const port = await server.readLine();
      const echoed = await runPython(client, {
        args: [`${port}`, `${CLIENTS}`],
      });
      assertEquals(Number(echoed), CLIENTS * 9 * 401);
      // It ends by itself, when the last has gone.
      const { code } = await deadline(server.status, LONGEST);
      assertEquals(code, 0);
    },
  });
}

// The example itself, which ends with its stdin.
const example = `
import os, selectors, socket, sys, threading
sel = selectors.DefaultSelector()

def accept(sock, mask):
    conn, addr = sock.accept()
    conn.setblocking(False)
    sel.register(conn, selectors.EVENT_READ, read)

def read(conn, mask):
    data = conn.recv(1000)
    if data:
        conn.send(data)
    else:
        sel.unregister(conn)
        conn.close()

sock = socket.socket()
sock.bind(("127.0.0.1", 0))
sock.listen(100)
sock.setblocking(False)
sel.register(sock, selectors.EVENT_READ, accept)
sel.register(sys.stdin, selectors.EVENT_READ, lambda *_: os._exit(0))
print(sock.getsockname()[1], flush=True)
while True:
    for key, mask in sel.select():
        key.data(key.fileobj, mask)
`;

/** A connection: what it has to send and what has come back. */
interface Exchange {
  readonly data: Uint8Array;
  sent: number;
  readonly got: number[];
}

/** Sends to an echo server over many connections at once, and receives what comes back. */
async function exchange(
  selector: BaseSelector<Socket, Exchange>,
  driver: Driver,
  port: number,
): Promise<void> {
  const random = new Random();
  const sockets: Socket[] = [];
  for (let n = 0; n < CLIENTS; n++) {
    const socket = new Socket(AF_INET, undefined, 0, { driver });
    socket.setblocking(false);
    await socket.connectEx(["127.0.0.1", port]);
    sockets.push(socket as Socket);
    const data = random.bytes(random.integer(1, 20_000));
    selector.register(socket as Socket, EVENT_WRITE, {
      data,
      sent: 0,
      got: [],
    });
  }
  while (selector.getMap().size > 0) {
    for (const [key, mask] of await selector.select(LONGEST / 1000)) {
      const { fileobj: socket, data: state } = key;
      if ((mask & EVENT_WRITE) !== 0) {
        const piece = state.data.subarray(state.sent, state.sent + 900);
        state.sent += await socket.send(piece);
        selector.modify(socket, EVENT_READ, state);
      } else {
        state.got.push(...await socket.recv(4096));
        if (state.got.length < state.sent) continue;
        if (state.sent < state.data.length) {
          selector.modify(socket, EVENT_READ | EVENT_WRITE, state);
          continue;
        }
        assertEquals(Uint8Array.from(state.got), state.data, `${random.seed}`);
        selector.unregister(socket);
      }
    }
  }
  selector.close();
  await Promise.all(sockets.map((each) => each[Symbol.asyncDispose]()));
}

for (const driver of [sandbox, ...(hasPosix ? [posix] : [])]) {
  for (const Selector of [DefaultSelector, SelectSelector, EpollSelector]) {
    if (Selector === EpollSelector && driver === sandbox) continue;
    Deno.test({
      ...needsPython,
      name:
        `${Selector.name} serves many clients of CPython's example at once [${driver.name}]`,
      async fn() {
        await using python = spawnPython(example);
        const port = Number(await python.readLine());
        const selector = new Selector<Socket, Exchange>({ driver });
        await deadline(exchange(selector, driver, port), LONGEST);
        await python.closeInput();
        assertEquals((await python.status).code, 0);
      },
    });
  }
}
