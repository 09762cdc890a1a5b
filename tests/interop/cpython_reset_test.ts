// Connections that end badly: what CPython's client gets from a CPython server
// that throws the connection away is what this library gets from it.

import { assertEquals } from "@std/assert";
import { OSError, SHUT_WR, Socket } from "../../socket/mod.ts";
import { mainKinds, meet, pythonListener } from "../support/cpython_peer.ts";
import { bytes, text } from "../support/peers.ts";
import { needsPython } from "../support/python.ts";

/** What the client does after the connection has been thrown away. */
const sequences: readonly (readonly ("recv" | "send" | "SHUT_WR")[])[] = [
  ["recv", "recv", "recv", "send", "send", "recv"],
  ["recv", "recv", "send", "recv", "send"],
  ["send", "send", "recv", "recv"],
  ["send", "recv", "send", "recv"],
  ["SHUT_WR", "recv", "recv"],
  ["recv", "SHUT_WR", "recv", "send"],
];

/** How the server ends: by SO_LINGER 0, with what it sent before, or with bytes that it has not read. */
const endings = ["reset", "reset after data", "unread data", "plain"] as const;

/** Every way for the connection to end, with everything to do afterwards. */
const plays = endings.flatMap((ending, number) =>
  sequences.map((sequence) => ({ ending, number, sequence }))
);

// The client first says how the server is to end. `play` is CPython's client.
const code = String.raw`
import errno
from concurrent.futures import ThreadPoolExecutor
l = listen()
address = l.getsockname()
endings, plays = json.loads(sys.stdin.readline())

def end(s):
    ending = endings[int(s.recv(1, socket.MSG_PEEK))]
    if ending != "unread data":
        s.recv(1)
    if ending == "reset after data":
        s.sendall(b"data")
        time.sleep(0.02)
    if ending.startswith("reset"):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()

def serve():
    while True:
        threading.Thread(target=end, args=[l.accept()[0]], daemon=True).start()

def play(one):
    c, outcomes = socket.socket(family), []
    c.connect(address)
    c.sendall(b"%d" % one["number"])
    time.sleep(0.4)
    for step in one["sequence"]:
        try:
            if step == "recv":
                outcomes.append(c.recv(100).decode())
            elif step == "send":
                outcomes.append(c.send(b"abc"))
                time.sleep(0.02)
            else:
                outcomes.append(c.shutdown(socket.SHUT_WR))
        except OSError as e:
            outcomes.append(errno.errorcode[e.errno])
    return outcomes

threading.Thread(target=serve, daemon=True).start()
with ThreadPoolExecutor(len(plays)) as pool:
    say(list(pool.map(play, plays)))
sys.stdin.read()
`;

/** The same client here. */
async function play(
  ours: Socket,
  { number, sequence }: typeof plays[number],
): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  await ours.sendall(bytes(`${number}`));
  await pause(0.4);
  for (const step of sequence) {
    try {
      if (step === "recv") {
        outcomes.push(text(await ours.recv(100)));
      } else if (step === "send") {
        outcomes.push(await ours.send(bytes("abc")));
        await pause(0.02);
      } else {
        ours.shutdown(SHUT_WR);
        outcomes.push(null);
      }
    } catch (error) {
      outcomes.push(error instanceof OSError ? error.code : error);
    }
  }
  return outcomes;
}

/** The kernel's time to carry an end from one side of the loopback to the other. */
function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

for (const kind of mainKinds) {
  Deno.test({
    ...needsPython,
    name: `Socket fares as CPython's after its peer has gone [${kind.name}]`,
    async fn() {
      const { python, address, hear } = await pythonListener(kind, code);
      await using _ = python;
      await python.writeLine(JSON.stringify([endings, plays]));
      const theirs = await hear() as unknown[][];
      const ours = await Promise.all(plays.map(async (one) => {
        await using client = new Socket(kind.family);
        await client.connect(address as never);
        return await play(client, one);
      }));
      for (const [index, { ending, sequence }] of plays.entries()) {
        assertEquals(
          ours[index],
          // Deno does not say at once that there is no connection to shut down.
          theirs[index].map((each) => each === "ENOTCONN" ? null : each),
          `${ending}, then ${sequence.join(", ")}`,
        );
      }
    },
  });

  // A Unix socket knows no reset by SO_LINGER.
  if (!kind.tcp) continue;
  Deno.test({
    ...needsPython,
    name:
      `Socket.recv() gives ECONNRESET once, then the end, when CPython resets while it waits [${kind.name}]`,
    async fn() {
      await using meeting = await meet(
        kind,
        "ours",
        `
c.sendall(b"data")
sys.stdin.readline()
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
c.close()
`,
      );
      const { ours, python } = meeting;
      assertEquals((await ours.recv(100)).length, 4);
      const waiting = [ours.recv(100), ours.recvInto(new Uint8Array(9))];
      const outcomes = Promise.allSettled(waiting);
      await python.writeLine("go");
      const [first, second] = await outcomes;
      assertEquals(
        [
          first.status === "rejected" && first.reason.code,
          second.status === "fulfilled" && second.value,
        ],
        ["ECONNRESET", 0],
      );
      assertEquals(await ours.recv(100), new Uint8Array());
    },
  });
}
