// Our asynchat and CPython's at the two ends of a connection.
import { deadline } from "@std/async/deadline";
import { assertEquals } from "@std/assert";
import { async_chat, type Terminator } from "../../server/asynchat/mod.ts";
import * as asyncore from "../../server/asyncore/mod.ts";
import type { Driver, InetAddress, Socket } from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { needsAsyncore } from "../support/asyncore.ts";
import { runPython, spawnPython } from "../support/python.ts";

const LONGEST = 60_000; // milliseconds

/** The sizes of the messages: one byte, about a buffer, more than goes at once. */
const SIZES = [1, 2, 500, 65535, 65536, 65537, 1_000_000, 3];

// A message is its length in digits, a line feed, and so many bytes. A server sends each
// back.
const protocol = String.raw`
import warnings
warnings.simplefilter("ignore")
import asynchat, asyncore, json, sys

class Messages(asynchat.async_chat):
    def __init__(self, *args):
        super().__init__(*args)
        self.set_terminator(b"\n")
        self.in_body = False
    def collect_incoming_data(self, data):
        self._collect_incoming_data(data)
    def found_terminator(self):
        data = self._get_data()
        if self.in_body:
            self.set_terminator(b"\n")
            self.in_body = False
            self.got(data)
        else:
            self.set_terminator(int(data))
            self.in_body = True
    def say(self, data):
        self.push(b"%d\n" % len(data))
        self.push_with_producer(asynchat.simple_producer(data, 10000))

def message(size):
    return bytes((i * 7 + size) % 251 for i in range(size))
`;

const client = String.raw`
class Client(Messages):
    def __init__(self, port, sizes):
        super().__init__()
        self.sizes = sizes
        self.create_socket()
        self.connect(("127.0.0.1", port))
    def handle_connect(self):
        for size in self.sizes:
            self.say(message(size))
    def got(self, data):
        size = self.sizes.pop(0)
        print(size, data == message(size))
        if not self.sizes:
            self.close_when_done()

Client(*json.loads(sys.argv[1]))
asyncore.loop()
`;

const server = String.raw`
class Handler(Messages):
    def got(self, data):
        self.say(data)
    def handle_close(self):
        super().handle_close()
        self.server.close()

class Server(asyncore.dispatcher):
    def __init__(self):
        super().__init__()
        self.create_socket()
        self.bind(("127.0.0.1", 0))
        self.listen(5)
        print(self.socket.getsockname()[1], flush=True)
    def handle_accepted(self, sock, addr):
        Handler(sock).server = self

Server()
asyncore.loop(use_poll=True)
print("done")
`;

/** The same here. */
abstract class Messages extends async_chat {
  override terminator: Terminator = bytes("\n");
  #isInBody = false;
  override collectIncomingData(data: Uint8Array) {
    this._collectIncomingData(data);
  }
  override async foundTerminator() {
    const data = this._getData();
    if (!this.#isInBody) this.setTerminator(Number(text(data)));
    else this.setTerminator(bytes("\n"));
    this.#isInBody = !this.#isInBody;
    if (!this.#isInBody) await this.got(data);
  }
  async say(data: Uint8Array) {
    await this.push(bytes(`${data.length}\n`));
    const left = [data, new Uint8Array(0)];
    await this.pushWithProducer({ more: () => left.shift()! });
  }
  abstract got(data: Uint8Array): void | Promise<void>;
}

function message(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) % 251);
}

const drivers: (Driver | undefined)[] = hasPosix
  ? [undefined, posix]
  : [undefined];

for (const driver of drivers) {
  const own = `[${driver?.name ?? "sandboxed"}]`;

  Deno.test({
    ...needsAsyncore,
    name: `async_chat serves CPython's async_chat ${own}`,
    async fn() {
      const map: asyncore.SocketMap = new Map();
      class Handler extends Messages {
        override async got(data: Uint8Array) {
          await this.say(data);
        }
      }
      class Server extends asyncore.dispatcher {
        override handleAccepted(sock: Socket<InetAddress>) {
          new Handler(sock, map);
        }
      }
      await using listening = new Server(null, map);
      listening.createSocket(undefined, undefined, { driver });
      listening.bind(["127.0.0.1", 0]);
      listening.listen(5);
      const [, port] = listening.socket!.getsockname();
      const looping = asyncore.loop({ map });
      const clients = Array.from(
        { length: 3 },
        () =>
          runPython(protocol + client, {
            args: [JSON.stringify([port, SIZES])],
          }),
      );
      const expected = SIZES.map((size) => `${size} True\n`).join("");
      for (const printed of await deadline(Promise.all(clients), LONGEST)) {
        assertEquals(printed, expected);
      }
      await asyncore.closeAll({ map });
      await looping;
    },
  });

  Deno.test({
    ...needsAsyncore,
    name: `async_chat talks to CPython's async_chat ${own}`,
    async fn() {
      await using serving = spawnPython(protocol + server);
      const port = Number(await serving.readLine());
      const map: asyncore.SocketMap = new Map();
      const got: Uint8Array[] = [];
      class Client extends Messages {
        constructor() {
          super(null, map);
          this.createSocket(undefined, undefined, { driver });
          this.connect(["127.0.0.1", port]);
        }
        override async handleConnect() {
          for (const size of SIZES) await this.say(message(size));
        }
        override got(data: Uint8Array) {
          got.push(data);
          if (got.length === SIZES.length) this.closeWhenDone();
        }
      }
      await using _ = new Client();
      await deadline(asyncore.loop({ map }), LONGEST);
      assertEquals(got.map(({ length }) => length), SIZES);
      for (const [index, size] of SIZES.entries()) {
        assertEquals(got[index], message(size));
      }
      assertEquals(await serving.readLine(), "done");
    },
  });
}
