// chat_server.ts and clients that do what they should not.
import { assert, assertEquals } from "@std/assert";
import type { LineProcess } from "../support/line_process.ts";
import { bytes } from "../support/peers.ts";
import { needsPython, runPython, spawnPython } from "../support/python.ts";
import { ADDRESS, Guest } from "./guest.ts";
import { altered, commandsOf, start } from "./process.ts";

const [server] = await commandsOf("chat_server");
const TOO_LONG = "* A line has at most 512 bytes";

// Reads nothing until it is told to, and then all.
const SLOW = `
import socket, sys

s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect(("127.0.0.1", ${ADDRESS.port}))
s.sendall(b"slow\\n")
print("connected")
sys.stdin.readline()
data = b""
while True:
    more = s.recv(65536)
    if not more: break
    data += more
lines = data.decode().split("\\r\\n")
print(lines[-2], flush=True)
`;

// Long lines, for the system holds megabytes for a client that reads nothing.
const FILLING = {
  LONGEST_LINE: 65536,
  LONGEST_SEND: 3600,
  MOST_WAITING: 20,
  GRACE: 0.3,
};

/** Enters with a client that takes nothing, and others talk until it is dropped. */
async function withSlow(
  constants: Readonly<Record<string, number>>,
  then: (slow: LineProcess) => Promise<void>,
): Promise<void> {
  await using serving = start(await altered(server, constants));
  await serving.printed("Listening");
  using ann = await Guest.enter("ann");
  using bob = await Guest.enter("bob");
  await using slow = spawnPython(SLOW);
  assertEquals(await slow.readLine(), "connected");
  await ann.hearUntil("* slow has come");
  const long = "x".repeat(50_000);
  let gone = false;
  for (let number = 0; !gone; number++) {
    assert(number < 4000, "the slow client is never dropped");
    // What one says the other hears at once.
    await bob.say(`${number} ${long}`);
    const heard = await ann.hearUntil(`bob: ${number} ${long}`);
    gone = heard.includes("* slow has left");
  }
  await then(slow);
  await bob.say("still here");
  await ann.hearUntil("bob: still here");
  serving.interrupt();
  const { code, stderr } = await serving.end();
  assertEquals([code, stderr], [0, ""]);
}

Deno.test({
  ...needsPython,
  name:
    "chat_server drops a client that reads too slowly and tells it, and holds up no other",
  fn: () =>
    withSlow(FILLING, async (slow) => {
      await slow.writeLine("read now");
      assertEquals(
        await slow.readLine(),
        "* You read too slowly, goodbye",
      );
    }),
});

Deno.test({
  ...needsPython,
  name:
    "chat_server drops a client that takes nothing for too long, and holds up no other",
  fn: () =>
    withSlow(
      { ...FILLING, LONGEST_SEND: 0.5, MOST_WAITING: 1e9 },
      async (slow) => {
        await slow.writeLine("read now");
        // There may have been no time for the last word.
        await slow.readLine();
        assertEquals((await slow.status).code, 0);
      },
    ),
});

Deno.test({
  ...needsPython,
  name:
    "chat_server ends at Ctrl-C although it has last words for a client that takes nothing",
  fn: () => withSlow(FILLING, () => Promise.resolve()),
});

Deno.test("chat_server drops no client because another sends much at once", async () => {
  await using serving = start(await altered(server, { MOST_WAITING: 100 }));
  await serving.printed("Listening");
  using ann = await Guest.enter("ann");
  using bob = await Guest.enter("bob");
  assertEquals(await ann.hear(), "* bob has come");
  const lines = Array.from({ length: 1000 }, (_, number) => String(number));
  await bob.say(...lines);
  assertEquals(
    await ann.hearLines(lines.length),
    lines.map((line) => `bob: ${line}`),
  );
});

Deno.test("chat_server refuses overlong lines, and goes on with the next", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  using ann = await Guest.enter("ann");
  using bob = await Guest.enter("bob");
  const longest = "x".repeat(511);
  await bob.say(longest, `${longest}y`, "z".repeat(1_000_000), "after");
  assertEquals(await bob.hearLines(2), [TOO_LONG, TOO_LONG]);
  assertEquals(await ann.hearLines(3), [
    "* bob has come",
    `bob: ${longest}`,
    "bob: after",
  ]);
});

Deno.test("chat_server makes bad UTF-8 and control characters harmless", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  using ann = await Guest.enter("ann");
  using bob = await Guest.enter("bob");
  await bob.send(Uint8Array.of(0x61, 0xff, 0xc3, 0x62, 0x0a));
  await bob.say("\x1b[2J\u009bred\x07", "\0", "in\tside\r", "* ann has left");
  assertEquals(await ann.hearLines(5), [
    "* bob has come",
    "bob: a\ufffd\ufffdb",
    "bob: [2J red",
    "bob: in side",
    "bob: * ann has left",
  ]);
});

Deno.test("chat_server puts a line together that comes byte by byte", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  using ann = await Guest.enter("ann");
  using bob = await Guest.connect();
  for (const byte of bytes("bøb\n¡Olé! 🎉\r\n")) {
    await bob.send(Uint8Array.of(byte));
  }
  // And a line that has no end.
  await bob.send(bytes("the last"));
  await bob.end();
  assertEquals(await ann.hearLines(4), [
    "* bøb has come",
    "bøb: ¡Olé! 🎉",
    "bøb: the last",
    "* bøb has left",
  ]);
});

Deno.test({
  ...needsPython,
  name:
    "chat_server announces that a client has left that resets the connection, and goes on",
  async fn() {
    await using serving = start(server);
    await serving.printed("Listening");
    using ann = await Guest.enter("ann");
    await runPython(`
import socket, struct

def client():
    s = socket.create_connection(("127.0.0.1", ${ADDRESS.port}))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return s

for _ in range(20):
    client().close()
guests = []
for number in range(20):
    s = client()
    s.sendall(b"guest-%d\\n" % number)
    file = s.makefile("rb")
    while not file.readline().startswith(b"* Welcome"): pass
    file.close()
    guests.append(s)
for s in guests:
    # Most have not read what the others are told.
    s.sendall(b"the end of a li")
    s.close()
`);
    const left = new Set<string>();
    while (left.size < 20) {
      const [, name] = /^\* (.*) has left$/.exec(await ann.hear() ?? "") ?? [];
      if (name !== undefined) left.add(name);
    }
    using bob = await Guest.enter("bob");
    await bob.say("/who");
    assertEquals(await bob.hear(), "* Here: ann, bob");
    serving.interrupt();
    const { code, stderr } = await serving.end();
    assertEquals([code, stderr], [0, ""]);
    assert(left.has("guest-19"));
  },
});
