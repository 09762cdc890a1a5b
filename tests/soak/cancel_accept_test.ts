// Accepts that are given up again and again lose no connection.

import { assert, assertEquals } from "@std/assert";
import { Socket } from "../../socket/mod.ts";
import { mainKinds } from "../support/cpython_peer.ts";
import { Interruptions } from "../support/interruptions.ts";
import { text } from "../support/peers.ts";
import { needsPython, spawnPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { atLeast, sized } from "../support/soak.ts";

const CONNECTIONS = sized(600);

/** When a connection counts as lost; milliseconds. */
const LONGEST = 20_000;

// Every client says its number, and asks for nothing but the echo of it.
const clients = `
import json, random, socket, sys, threading, time
random.seed(int(sys.argv[1]))
address = json.loads(sys.argv[3])
address = tuple(address) if isinstance(address, list) else address
lost = []

def client(number):
    with socket.socket(int(sys.argv[2])) as s:
        s.connect(address)
        s.sendall(b"%d" % number)
        s.settimeout(20)
        if s.recv(9) != b"%d" % number:
            lost.append(number)

threads = []
for number in range(${CONNECTIONS}):
    threads.append(threading.Thread(target=client, args=[number]))
    threads[-1].start()
    time.sleep(random.choice([0, 0, 0.002, 0.005, 0.01]))
for thread in threads:
    thread.join()
print(json.dumps(lost), flush=True)
`;

async function echo(connection: Socket): Promise<number> {
  await using _ = connection;
  const number = await connection.recv(9);
  await connection.sendall(number);
  return Number(text(number));
}

for (const kind of mainKinds) {
  Deno.test({
    ...needsPython,
    name:
      `Socket.accept() loses no connection to its timeouts and aborts [${kind.name}]`,
    async fn() {
      const interruptions = new Interruptions(new Random());
      const { random } = interruptions;
      await using listener = new Socket(kind.family);
      listener.bind(kind.fresh() as never);
      listener.listen();
      await using python = spawnPython(clients, [
        String(random.seed),
        String(kind.family),
        JSON.stringify(listener.getsockname()),
      ]);
      const echoes: Promise<number>[] = [];
      try {
        const end = performance.now() + LONGEST;
        while (echoes.length < CONNECTIONS) {
          assert(
            performance.now() < end,
            `${echoes.length} connections, seed ${random.seed}`,
          );
          await Promise.all(
            Array.from({ length: random.integer(1, 6) }, async () => {
              const interruption = interruptions.next(listener);
              try {
                const [connection] = await listener.accept(interruption);
                echoes.push(echo(connection));
              } catch (error) {
                interruptions.count(error, interruption);
              }
            }),
          );
        }
        const numbers = (await Promise.all(echoes)).sort((a, b) => a - b);
        assertEquals(numbers, numbers.map((_, i) => i), `seed ${random.seed}`);
        assertEquals(await python.readLine(), "[]");
        // At full size there are some 2,000 of them; far fewer on a busy machine.
        assert(
          interruptions.total >= atLeast(500),
          `only ${interruptions.total} interruptions`,
        );
      } finally {
        interruptions.stop();
      }
    },
  });
}
