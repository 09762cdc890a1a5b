// Large streams between CPython and the POSIX driver, whole at the other end.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  MSG_WAITALL,
  setDefaultDriver,
  SHUT_WR,
  type Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import { Checksum, checksum } from "../support/checksum.ts";
import { mainKinds, meet, type Meeting } from "../support/cpython_peer.ts";
import { text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { hasPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { sized } from "../support/soak.ts";

setDefaultDriver(posix);

const MIB = 1024 * 1024;
const ONE_WAY = sized(64);
const BOTH_WAYS = sized(64);

function test(
  name: string,
  code: string,
  fn: (meeting: Meeting) => Promise<void>,
): void {
  for (const kind of mainKinds) {
    Deno.test({
      name: `${name} [POSIX, ${kind.name}]`,
      ignore: !hasPosix || !hasPython,
      async fn() {
        await using meeting = await meet(kind, "ours", code);
        await fn(meeting);
      },
    });
  }
}

/** Ways to receive everything; each ends at the end of the stream. */
const receivers: Readonly<
  Record<string, (ours: Socket, sum: Checksum) => Promise<void>>
> = {
  async recv(ours, sum) {
    for (let part; (part = await ours.recv(65536)).length > 0;) {
      sum.update(part);
    }
  },
  // So much that the driver asks the kernel how much there is.
  async "recv of 4 MiB"(ours, sum) {
    for (let part; (part = await ours.recv(4 * MIB)).length > 0;) {
      sum.update(part);
    }
  },
  async "recv of all"(ours, sum) {
    for (let part; (part = await ours.recv(MIB, MSG_WAITALL)).length > 0;) {
      sum.update(part);
    }
  },
  async recvInto(ours, sum) {
    const buffer = new Uint8Array(100_000);
    for (let count; (count = await ours.recvInto(buffer)) > 0;) {
      sum.update(buffer.subarray(0, count));
    }
  },
  async recvmsgInto(ours, sum) {
    const [front, back] = [new Uint8Array(777), new Uint8Array(65536)];
    for (let count; ([count] = await ours.recvmsgInto([front, back]), count);) {
      sum.update(front.subarray(0, count));
      sum.update(back.subarray(0, Math.max(0, count - front.length)));
    }
  },
};

for (const [call, receive] of Object.entries(receivers)) {
  test(
    `Socket.${call} receives ${ONE_WAY} MiB from CPython`,
    `
data = random.randbytes(${ONE_WAY} << 20)
say(hashlib.sha256(data).hexdigest())
c.sendall(data)
c.close()
`,
    async ({ ours, hear }) => {
      const sent = await hear();
      const sum = new Checksum();
      await receive(ours, sum);
      assertEquals([sum.length, sum.hex()], [ONE_WAY * MIB, sent]);
    },
  );
}

/** Runs a function with a file that has the data. */
async function withFile(
  data: Uint8Array,
  call: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, data);
    await call(path);
  } finally {
    await Deno.remove(path);
  }
}

/** Finds the descriptor of an open file, which Deno does not tell. */
async function numberOf(path: string): Promise<number> {
  const { stdout } = await new Deno.Command("ls", {
    args: ["-l", `/proc/${Deno.pid}/fd`],
  }).output();
  const line = text(stdout).split("\n").find((each) => each.endsWith(path));
  return Number(/(\d+) -> /.exec(line!)![1]);
}

/** Ways to send all of it. */
const senders: Readonly<
  Record<string, (ours: Socket, data: Uint8Array) => Promise<void>>
> = {
  sendall: (ours, data) => ours.sendall(data),
  async send(ours, data) {
    for (let sent = 0; sent < data.length;) {
      sent += await ours.send(data.subarray(sent, sent + MIB));
    }
  },
  async sendmsg(ours, data) {
    for (let sent = 0; sent < data.length;) {
      const middle = Math.min(sent + 77_777, data.length);
      sent += await ours.sendmsg([
        data.subarray(sent, middle),
        data.subarray(middle, middle + MIB),
      ]);
    }
  },
  async "sendall in many at once"(ours, data) {
    const sends: Promise<void>[] = [];
    for (let at = 0; at < data.length; at += 300_000) {
      sends.push(ours.sendall(data.subarray(at, at + 300_000)));
    }
    await Promise.all(sends);
  },
  sendfile: (ours, data) =>
    withFile(data, async (path) => {
      using file = await Deno.open(path);
      assertEquals(await ours.sendfile(file), data.length);
    }),
  "sendfile of a descriptor": (ours, data) =>
    withFile(data, async (path) => {
      using _file = await Deno.open(path);
      const sent = await ours.sendfile(await numberOf(path));
      assertEquals(sent, data.length);
    }),
};

for (const [call, send] of Object.entries(senders)) {
  test(
    `Socket.${call} sends ${ONE_WAY} MiB to CPython`,
    "say(read_all(c, 1 << 20))",
    async ({ ours, hear }) => {
      const data = new Random().bytes(ONE_WAY * MIB);
      await send(ours, data);
      ours.shutdown(SHUT_WR);
      assertEquals(await hear(), [data.length, checksum(data)]);
    },
  );
}

/** The pause lets both ends find that they have to wait. */
const bothWays = `
data = random.randbytes(${BOTH_WAYS} << 20)
say(hashlib.sha256(data).hexdigest())
time.sleep(0.02)
threading.Thread(target=lambda: (c.sendall(data), c.shutdown(socket.SHUT_WR))).start()
say(read_all(c))
`;

test(
  `Socket.sendall() and Socket.recv() carry ${BOTH_WAYS} MiB both ways at once`,
  bothWays,
  async ({ ours, hear }) => {
    const theirs = await hear();
    const data = new Random().bytes(BOTH_WAYS * MIB);
    const sum = new Checksum();
    await Promise.all([
      ours.sendall(data).then(() => ours.shutdown(SHUT_WR)),
      receivers.recv(ours, sum),
    ]);
    assertEquals([sum.length, sum.hex()], [BOTH_WAYS * MIB, theirs]);
    assertEquals(await hear(), [data.length, checksum(data)]);
  },
);

test(
  `timeouts do not disturb ${BOTH_WAYS} MiB both ways at once`,
  bothWays,
  async ({ ours, hear }) => {
    const theirs = await hear();
    const data = new Random().bytes(BOTH_WAYS * MIB);
    const sum = new Checksum();
    ours.settimeout(0.0005);
    let timeouts = 0;
    const inspite = async <T>(
      call: () => Promise<T>,
      onTimeout: (error: TimeoutError) => void = () => {},
    ): Promise<T> => {
      for (;;) {
        try {
          return await call();
        } catch (error) {
          assertInstanceOf(error, TimeoutError);
          onTimeout(error);
          timeouts++;
        }
      }
    };
    const send = async () => {
      let sent = 0;
      await inspite(
        () => ours.sendall(data.subarray(sent)),
        (error) => sent += error.bytesSent!,
      );
      ours.shutdown(SHUT_WR);
    };
    const receive = async () => {
      for (let part; (part = await inspite(() => ours.recv(65536))).length;) {
        sum.update(part);
      }
    };
    await Promise.all([send(), receive()]);
    assertEquals([sum.length, sum.hex()], [BOTH_WAYS * MIB, theirs]);
    assertEquals(await hear(), [data.length, checksum(data)]);
    assert(timeouts > 0, "no timeout");
  },
);
