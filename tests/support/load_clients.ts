// Plain clients of an echo server, with its port as argument. For each line that it
// reads, such as `{"clients":100,"atOnce":true}`, it lets so many connect, one after
// another or all before the first one sends, and prints how many got back what they
// sent.
import { equals } from "@std/bytes/equals";
import { inputLines } from "./input_lines.ts";
import { Random } from "./random.ts";

const port = Number(Deno.args[0]);
const random = new Random();

async function echoes(conn: Deno.Conn): Promise<boolean> {
  const payload = random.bytes(random.size(4096));
  const got = new Uint8Array(payload.length);
  let length = 0;
  const reading = (async () => {
    while (length < got.length) {
      const count = await conn.read(got.subarray(length));
      if (count === null) break;
      length += count;
    }
  })();
  for (let sent = 0; sent < payload.length;) {
    sent += await conn.write(payload.subarray(sent));
  }
  await reading;
  await conn.closeWrite();
  const isEnd = await conn.read(new Uint8Array(1)) === null;
  conn.close();
  return isEnd && length === payload.length && equals(got, payload);
}

const connect = () => Deno.connect({ hostname: "127.0.0.1", port });

for await (const line of inputLines()) {
  const { clients, atOnce } = JSON.parse(line);
  let right = 0;
  if (atOnce) {
    const conns: Deno.Conn[] = [];
    while (conns.length < clients) conns.push(await connect());
    const results = await Promise.all(conns.map(echoes));
    right = results.filter(Boolean).length;
  } else {
    for (let i = 0; i < clients; i++) {
      if (await echoes(await connect())) right++;
    }
  }
  console.log(right);
}
