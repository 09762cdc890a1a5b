// Large streams between CPython and this library, whole at the other end.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { SHUT_WR, type Socket, TimeoutError } from "../../socket/mod.ts";
import { Checksum, checksum } from "../support/checksum.ts";
import { mainKinds, meet, type Meeting } from "../support/cpython_peer.ts";
import { needsPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { sized } from "../support/soak.ts";

const MIB = 1024 * 1024;
const ONE_WAY = sized(64);
const BOTH_WAYS = sized(16);

function test(
  name: string,
  code: string,
  fn: (meeting: Meeting) => Promise<void>,
): void {
  for (const { name: kindName, ...kind } of mainKinds) {
    Deno.test({
      ...needsPython,
      name: `${name} [${kindName}]`,
      async fn() {
        const whole = { name: kindName, ...kind };
        await using meeting = await meet(whole, "ours", code);
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
  async recvInto(ours, sum) {
    const buffer = new Uint8Array(65536);
    for (let count; (count = await ours.recvInto(buffer)) > 0;) {
      sum.update(buffer.subarray(0, count));
    }
  },
  async recvmsg(ours, sum) {
    for (let part; ([part] = await ours.recvmsg(MIB), part.length > 0);) {
      sum.update(part);
    }
  },
};

for (const [call, receive] of Object.entries(receivers)) {
  test(
    `Socket.${call}() receives ${ONE_WAY} MiB from CPython`,
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
  async sendfile(ours, data) {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeFile(path, data);
      using file = await Deno.open(path);
      const sent = await ours.sendfile(file, { offset: 0 });
      assertEquals(sent, data.length);
      assertEquals(await file.seek(0, Deno.SeekMode.Current), sent);
    } finally {
      await Deno.remove(path);
    }
  },
};

for (const [call, send] of Object.entries(senders)) {
  test(
    `Socket.${call}() sends ${ONE_WAY} MiB to CPython`,
    "say(read_all(c, 1 << 20))",
    async ({ ours, hear }) => {
      const data = new Random().bytes(ONE_WAY * MIB);
      await send(ours, data);
      ours.shutdown(SHUT_WR);
      assertEquals(await hear(), [data.length, checksum(data)]);
    },
  );
}

test(
  `Socket.sendall() and Socket.recv() carry ${BOTH_WAYS} MiB both ways at once`,
  `
data = random.randbytes(${BOTH_WAYS} << 20)
say(hashlib.sha256(data).hexdigest())
threading.Thread(target=lambda: (c.sendall(data), c.shutdown(socket.SHUT_WR))).start()
say(read_all(c))
`,
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
  "Socket.sendall() waits for a slow CPython reader",
  `
sys.stdin.readline()
sha = hashlib.sha256()
while part := c.recv(1 << 18):
    sha.update(part)
    time.sleep(0.002)
say(sha.hexdigest())
`,
  async ({ ours, python, hear }) => {
    const data = new Random().bytes(16 * MIB);
    let done = false;
    const sending = ours.sendall(data).then(() => done = true);
    // More than any buffer holds, so nothing but the reader ends it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert(!done, "sendall ended before anybody read");
    await python.writeLine("go");
    await sending;
    ours.shutdown(SHUT_WR);
    assertEquals(await hear(), checksum(data));
  },
);

test(
  "Socket.recv() waits for a slow CPython writer",
  `
for i in range(40):
    c.sendall(b"%02d" % i)
    time.sleep(0.003)
c.close()
`,
  async ({ ours }) => {
    let text = "";
    for (let part; (part = await ours.recv(100)).length > 0;) {
      text += new TextDecoder().decode(part);
    }
    const all = Array.from({ length: 40 }, (_, i) => `${i}`.padStart(2, "0"));
    assertEquals(text, all.join(""));
  },
);

test(
  "Socket.sendall() tells how much was sent when it times out, and the rest completes it",
  `
sys.stdin.readline()
say(read_all(c))
`,
  async ({ ours, python, hear }) => {
    const data = new Random().bytes(24 * MIB);
    ours.settimeout(0.02);
    let sent = 0;
    let timeouts = 0;
    while (sent < data.length) {
      try {
        await ours.sendall(data.subarray(sent));
        sent = data.length;
      } catch (error) {
        assertInstanceOf(error, TimeoutError);
        assertEquals(error.errno, undefined);
        sent += error.bytesSent!;
        // Stalled for the first ten; then it reads.
        if (++timeouts === 10) await python.writeLine("go");
      }
    }
    assert(timeouts >= 10, `${timeouts} timeouts`);
    ours.shutdown(SHUT_WR);
    assertEquals(await hear(), [data.length, checksum(data)]);
  },
);

test(
  "Socket.sendall() fails when CPython closes while it sends",
  `
read_some = 0
while read_some < 100_000:
    read_some += len(c.recv(65536))
c.close()
say(read_some)
`,
  async ({ ours, hear }) => {
    const error = await assertRejects(
      () => ours.sendall(new Uint8Array(64 * MIB)),
    ) as { code?: string; bytesSent?: number };
    assert(
      error.code === "EPIPE" || error.code === "ECONNRESET",
      `not ${error.code}`,
    );
    assert(error.bytesSent! >= (await hear() as number), "bytesSent too small");
    assert(error.bytesSent! < 64 * MIB, "bytesSent too large");
  },
);
