// Files over sockets, CPython's at one end and this library's at the other.

import { assert, assertEquals } from "@std/assert";
import { SHUT_WR, TimeoutError } from "../../socket/mod.ts";
import { checksum } from "../support/checksum.ts";
import { mainKinds, meet, type Meeting } from "../support/cpython_peer.ts";
import { needsPython } from "../support/python.ts";
import { bytes, text } from "../support/peers.ts";
import { Random } from "../support/random.ts";

function test(
  name: string,
  code: string,
  fn: (meeting: Meeting) => Promise<void>,
): void {
  for (const kind of mainKinds) {
    Deno.test({
      ...needsPython,
      name: `${name} [${kind.name}]`,
      async fn() {
        await using meeting = await meet(kind, "CPython", code);
        await fn(meeting);
      },
    });
  }
}

test(
  "Socket.makefile() reads and writes lines with CPython's makefile",
  `
with c.makefile("rw", encoding="utf-8", newline="\\n") as f:
    for line in f:
        f.write(line.upper())
        f.flush()
`,
  async ({ ours }) => {
    await using file = ours.makefile("rw", {
      encoding: "utf-8",
      newline: "\n",
    });
    for (const line of ["hello\n", "größe\n", "\n", `${"x".repeat(9999)}\n`]) {
      await file.write(line);
      await file.flush();
      assertEquals(await file.readline(), line.toUpperCase());
    }
    await file.write("no end of line");
    await file.flush();
    ours.shutdown(SHUT_WR);
    assertEquals(await file.readline(), "NO END OF LINE");
    assertEquals(await file.readline(), "");
  },
);

for (const newline of [null, "", "\n", "\r\n"] as const) {
  test(
    `Socket.makefile() splits text where CPython's does, newline ${
      JSON.stringify(newline)
    }`,
    `
import io
seed, newline = json.loads(sys.stdin.readline())
random.seed(seed)
parts = ["a", "ü", "€", "😀", "\\r", "\\n", "\\r\\n", "xyz"]
data = "".join(random.choices(parts, k=20000)).encode()
say(list(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline=newline)))
while data:
    size = random.randint(1, 2000)
    c.sendall(data[:size])
    data = data[size:]
c.close()
`,
    async ({ ours, python, hear }) => {
      const { seed } = new Random();
      await python.writeLine(JSON.stringify([seed, newline]));
      const expected = await hear();
      await using file = ours.makefile("r", { encoding: "utf-8", newline });
      const lines: string[] = [];
      for await (const line of file) lines.push(line);
      assertEquals(lines, expected, `seed ${seed}`);
    },
  );
}

test(
  "Socket.makefile() reads 16 MiB that CPython's makefile writes",
  `
random.seed(int(sys.stdin.readline()))
data = random.randbytes(16 << 20)
say(hashlib.sha256(data).hexdigest())
with c.makefile("wb") as f:
    start = 0
    while start < len(data):
        size = int(300_000 ** random.random())
        f.write(data[start:start + size])
        start += size
c.close()
`,
  async ({ ours, python, hear }) => {
    const random = new Random();
    await python.writeLine(`${random.seed}`);
    const sent = await hear();
    await using file = ours.makefile("rb");
    const got = new Uint8Array(16 * 1024 * 1024);
    let length = 0;
    while (length < got.length) {
      const size = Math.min(random.size(200_000), got.length - length);
      const way = random.integer(0, 2);
      if (way === 0) got.set(await file.readexactly(size), length);
      else if (way === 1) got.set(await file.read(size), length);
      else {
        const count = await file.readinto(got.subarray(length, length + size));
        assertEquals(count, size);
      }
      length += size;
    }
    assertEquals(await file.read(), new Uint8Array());
    assertEquals(checksum(got), sent, `seed ${random.seed}`);
  },
);

test(
  "Socket.makefile() writes 16 MiB that CPython's makefile reads",
  `
f = c.makefile("rb")
sha, length = hashlib.sha256(), 0
while part := f.read(77_777):
    sha.update(part)
    length += len(part)
say([length, sha.hexdigest()])
`,
  async ({ ours, hear }) => {
    const random = new Random();
    const data = random.bytes(16 * 1024 * 1024);
    const file = ours.makefile("wb");
    for (let sent = 0; sent < data.length;) {
      const piece = data.subarray(sent, sent + random.size(300_000));
      assertEquals(await file.write(piece), piece.length);
      sent += piece.length;
    }
    await file.close();
    ours.shutdown(SHUT_WR);
    assertEquals(
      await hear(),
      [data.length, checksum(data)],
      `seed ${random.seed}`,
    );
  },
);

test(
  "Socket.makefile() holds the connection open until it is closed",
  `
say(c.recv(9).decode())
say(c.recv(9).decode())
`,
  async ({ ours, hear }) => {
    const file = ours.makefile("w");
    ours.close();
    await file.write("late");
    await file.flush();
    assertEquals(await hear(), "late");
    await file.close();
    assertEquals(await hear(), "");
  },
);

test(
  "SocketFile.readline() loses nothing to its timeouts",
  `
for i in range(300):
    line = b"line %d\\n" % i
    cut = i % len(line)
    c.sendall(line[:cut])
    time.sleep(0.002)
    c.sendall(line[cut:])
c.close()
`,
  async ({ ours }) => {
    await using file = ours.makefile("r");
    const lines: string[] = [];
    let timeouts = 0;
    for (let ended = false; !ended;) {
      ours.settimeout(lines.length % 3 === 0 ? 0.0005 : 0.005);
      try {
        const line = await file.readline();
        if (line === "") ended = true;
        else lines.push(line);
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        timeouts++;
      }
    }
    assertEquals(lines, Array.from({ length: 300 }, (_, i) => `line ${i}\n`));
    assert(timeouts > 50, `${timeouts} timeouts`);
  },
);

test(
  "Socket.makefile() in binary mode ignores encoding, errors and newline, as CPython's",
  `
f = c.makefile("rwb", encoding="x", errors="x", newline="\\r")
say([f.readline().decode("latin-1"), f.readline().decode("latin-1")])
f.write(b"one\\r\\ntwo\\n\\xff")
f.flush()
c.shutdown(socket.SHUT_WR)
`,
  async ({ ours, hear }) => {
    await using file = ours.makefile("rwb", {
      encoding: "x",
      errors: "x" as "strict",
      newline: "\r",
    });
    await file.write(bytes("one\r\ntwo\n\xff"));
    await file.flush();
    const heard = await hear() as string[];
    const lines = [await file.readline(), await file.readline()];
    assertEquals(lines.map(text), heard);
    assertEquals(await file.read(), Uint8Array.of(0xff));
  },
);
