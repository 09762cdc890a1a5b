// Promise 10: a connection that waits for data holds no large buffer.
import { assert } from "@std/assert";
import { valueOf } from "../support/program.ts";
import { sized } from "../support/soak.ts";

const CONNECTIONS = sized(2000);

/** Bytes of array buffers a connection, for some connections that wait in a call. */
async function heldBy(call: string, before = ""): Promise<number> {
  return await valueOf(
    `
    import { createServer, socket } from "socket";
    const COUNT = ${CONNECTIONS};
    const server = createServer(["127.0.0.1", 0]);
    const pairs = [];
    for (let count = 0; count < COUNT; count++) {
      const peer = await Deno.connect({ hostname: "127.0.0.1", port: server.getsockname()[1] });
      const [s] = await server.accept();
      pairs.push({ peer, s });
    }
    function held() {
      for (let round = 0; round < 4; round++) gc();
      const { arrayBuffers, external } = process.memoryUsage();
      return arrayBuffers || external;
    }
    const start = held();
    const burst = new Uint8Array(100_000);
    async function receiveBurst({ s, peer }) {
      const writing = (async () => {
        for (let sent = 0; sent < burst.length;) sent += await peer.write(burst.subarray(sent));
      })();
      for (let got = 0; got < burst.length;) got += (await s.recv(65536)).length;
      await writing;
    }
    for (const { s, peer } of pairs) {
      ${before}
      ${call}
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    console.log(Math.round((held() - start) / COUNT));
    Deno.exit();`,
    { flags: ["--allow-net", "--v8-flags=--expose-gc"], longest: 60_000 },
  ) as number;
}

// Two descriptors a connection; the limit of the system may be below that.
const many = { ignore: Deno.build.os === "windows" };

for (
  const [name, call] of [
    ["recv(65536)", "s.recv(65536).catch(() => {});"],
    [
      "recv(65536) with a timeout",
      "s.settimeout(60); s.recv(65536).catch(() => {});",
    ],
    [
      "recv(1 << 20) again and again",
      "(async () => { while ((await s.recv(1 << 20)).length > 0); })();",
    ],
    ["a read of its readable", "s.readable.getReader().read();"],
  ]
) {
  Deno.test(
    `${CONNECTIONS} connections that wait in ${name} hold less than 2 KiB of buffers each`,
    many,
    async () => {
      const bytes = await heldBy(call);
      assert(bytes < 2048, `${bytes} bytes a connection`);
    },
  );
}

Deno.test(
  `${CONNECTIONS} connections that wait again after much came hold less than 2 KiB of buffers each`,
  many,
  async () => {
    const bytes = await heldBy(
      "s.recv(65536).catch(() => {});",
      "await receiveBurst({ s, peer });",
    );
    assert(bytes < 2048, `${bytes} bytes a connection`);
  },
);
