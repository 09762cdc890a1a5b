import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import * as asyncore from "../../server/asyncore/mod.ts";
import {
  AF_INET,
  AF_UNIX,
  type Driver,
  OSError,
  type PermissionError,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  type UnixAddress,
} from "../../socket/mod.ts";
import { bytes, folder, readAll } from "../support/peers.ts";
import {
  drivers,
  nameOf,
  newMap,
  pair,
  Printed,
  random,
  soon,
} from "./asyncore_support.ts";

/** A client that begins to connect in its constructor, as Python's do. */
// deno-lint-ignore no-explicit-any -- of any family
class Client extends asyncore.dispatcher<any> {
  readonly steps: string[] = [];
  connections = 0;

  constructor(
    address: [string, number] | UnixAddress,
    map: asyncore.SocketMap,
    { family = AF_INET, type = SOCK_STREAM, driver }: {
      family?: number;
      type?: number;
      driver?: Driver;
    } = {},
  ) {
    super(null, map);
    this.createSocket(family, type, { driver });
    this.connect(address);
    this.steps.push(this.connecting ? "connecting" : "not connecting");
  }

  override async handleConnect() {
    this.steps.push("connect");
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.steps.push("connected");
  }

  override handleWrite() {
    this.steps.push("write");
    this.close();
  }
}

for (const driver of drivers) {
  const own = `[${nameOf(driver)}]`;

  Deno.test(`dispatcher.connect() needs no await, handleConnect() comes once and first ${own}`, async () => {
    const path = `${folder}/${nameOf(driver)}`;
    using tcp = new Socket(AF_INET, SOCK_STREAM, 0, { driver });
    tcp.bind(["127.0.0.1", 0]);
    tcp.listen();
    await using unix = new Socket(AF_UNIX, SOCK_STREAM, 0, { driver });
    unix.bind(path);
    unix.listen();
    await using udp = new Socket(AF_INET, SOCK_DGRAM, 0, { driver });
    udp.bind(["127.0.0.1", 0]);
    const internet = tcp.getsockname() as [string, number];
    for (const usePoll of [false, true]) {
      const map = newMap();
      const clients = [
        new Client(internet, map, { driver }),
        new Client(path, map, { family: AF_UNIX, driver }),
        new Client(udp.getsockname() as [string, number], map, {
          type: SOCK_DGRAM,
          driver,
        }),
      ];
      await soon(asyncore.loop({ map, usePoll }));
      for (const client of clients) {
        assertEquals(client.steps, [
          "connecting",
          "connect",
          "connected",
          "write",
        ]);
        await client[Symbol.asyncDispose]();
      }
      for (const listener of [tcp, unix]) {
        const [conn] = await listener.accept();
        await conn[Symbol.asyncDispose]();
      }
    }
  });

  Deno.test(`dispatcher.connect() rejects with what fails at once ${own}`, async () => {
    const map = newMap();
    await using client = new asyncore.dispatcher<UnixAddress>(null, map);
    client.createSocket(AF_UNIX, SOCK_STREAM, { driver });
    const path = `${folder}/nobody`;
    const error = await assertRejects(() => client.connect(path), OSError);
    assertEquals(
      error.message,
      `Cannot connect to "${path}": no such file or directory (ENOENT)`,
    );
    assertEquals(client.connected, false);
  });

  Deno.test(`dispatcher.close() ends a connect that nobody awaits without an error ${own}`, async () => {
    const map = newMap();
    await using unix = new Socket(AF_UNIX, SOCK_STREAM, 0, { driver });
    unix.bind(`${folder}/closing-${nameOf(driver)}`);
    unix.listen();
    const client = new Client(unix.getsockname() as string, map, {
      family: AF_UNIX,
      driver,
    });
    await client[Symbol.asyncDispose]();
    assertEquals(map.size, 0);
    assertEquals(client.connected, false);
  });

  Deno.test(`dispatcher.close() leaves what a send that nobody awaits has taken ${own}`, async () => {
    const [ours, peer] = await pair(driver);
    let closes = 0;
    class Sender extends asyncore.dispatcher {
      override handleClose() {
        closes++;
      }
    }
    const d = new Sender(ours, newMap());
    const data = random(50_000);
    const sending = d.send(data);
    d.close();
    const received = await readAll(peer);
    assertEquals(received, data.subarray(0, await sending));
    assert(received.length > 0);
    assertEquals(closes, 0);
    peer.close();
    await d[Symbol.asyncDispose]();
  });

  Deno.test(`dispatcher.send() takes the bytes as they are at the call ${own}`, async () => {
    const [ours, peer] = await pair(driver);
    const d = new asyncore.dispatcher(ours, newMap());
    const data = bytes("hello");
    const sending = d.send(data);
    data.fill(0);
    assertEquals(await sending, 5);
    await d[Symbol.asyncDispose]();
    assertEquals(await readAll(peer), bytes("hello"));
    peer.close();
  });
}

Deno.test({
  name: "dispatcher.handleError() is told the flag that is missing",
  permissions: { net: false },
  async fn() {
    const map = newMap();
    const errors: unknown[] = [];
    class Refused extends asyncore.dispatcher {
      override handleError(error: unknown) {
        errors.push(error);
        this.close();
      }
    }
    const client = new Refused(null, map);
    client.createSocket();
    await client.connect(["127.0.0.1", 9]);
    await soon(asyncore.loop({ map }));
    const [{ message, code }] = errors as [PermissionError];
    assertEquals(code, "EACCES");
    assertMatch(message, /; run again with --allow-net=127\.0\.0\.1:9$/);
  },
});

Deno.test("dispatcher.handleError() logs the class, the words and the place", async () => {
  class Failing extends asyncore.dispatcher {
    closes = 0;
    override handleClose() {
      this.closes++;
    }
  }
  const d = new Failing(null, newMap());
  using printed = new Printed();
  await d.handleError(new RangeError("too much"));
  await d.handleError("text");
  await d.handleError(null);
  assertMatch(
    printed.lines[0],
    /^out error: uncaptured exception, closing channel <Failing> \(RangeError:too much (\[[^|\]]+\|[^|\]]+\|\d+\] ?)+\)$/,
  );
  assertMatch(printed.lines[0], /asyncore_dispatcher_test\.ts\|/);
  assertEquals(printed.lines.slice(1), [
    "out error: uncaptured exception, closing channel <Failing> (String:text )",
    "out error: uncaptured exception, closing channel <Failing> (null:null )",
  ]);
  assertEquals(d.closes, 3);
});

Deno.test("dispatcher.handleError() logs even if toString() fails", async () => {
  class Nameless extends asyncore.dispatcher {
    override toString(): string {
      throw new Error("Cannot say: no words");
    }
    override handleClose() {}
  }
  using printed = new Printed();
  await new Nameless(null, newMap()).handleError(new Error("Cannot do it: no"));
  assertMatch(
    printed.lines[0],
    /closing channel <Nameless, whose toString\(\) failed> \(Error:Cannot do it: no /,
  );
});

Deno.test("dispatcher.logInfo() leaves ignored types out, log() writes to the error stream", () => {
  const d = new asyncore.dispatcher(null, newMap());
  using printed = new Printed();
  d.logInfo("one");
  d.logInfo("two", "warning");
  d.logInfo("three", "error");
  d.ignoreLogTypes = new Set(["info"]);
  d.logInfo("four");
  d.logInfo("five", "warning");
  d.log("six");
  assertEquals(printed.lines, [
    "out info: one",
    "out error: three",
    "out warning: five",
    "err log: six",
  ]);
});

Deno.test("dispatcher.toString() tells class, state and address", () => {
  class Some extends asyncore.dispatcher<[string, number] | string> {}
  const d = new Some(null, newMap());
  assertEquals(`${d}`, "<Some>");
  d.connected = true;
  d.addr = ["127.0.0.1", 80];
  assertEquals(`${d}`, "<Some connected 127.0.0.1:80>");
  assertEquals(Deno.inspect(d), "<Some connected 127.0.0.1:80>");
  d.accepting = true;
  assertEquals(`${d}`, "<Some listening 127.0.0.1:80>");
  d.addr = "/run/some";
  assertEquals(`${d}`, '<Some listening "/run/some">');
});

Deno.test("dispatcher refuses what needs a socket that is not there", async () => {
  const d = new asyncore.dispatcher(null, newMap());
  const without = (call: string) =>
    `Cannot ${call}: the dispatcher has no socket; call createSocket() first`;
  assertThrows(() => d.bind(["", 0]), TypeError, without("bind"));
  assertThrows(() => d.listen(1), TypeError, without("listen"));
  assertThrows(() => d.setReuseAddr(), TypeError, without("setReuseAddr"));
  assertThrows(() => d.addChannel(), TypeError, without("addChannel"));
  await assertRejects(() => d.accept(), TypeError, without("accept"));
  await assertRejects(() => d.recv(1), TypeError, without("recv"));
  await assertRejects(() => d.send(bytes("x")), TypeError, without("send"));
  await assertRejects(
    () => d.connect(["127.0.0.1", 1]),
    TypeError,
    without("connect"),
  );
  d.close();
});

Deno.test("dispatcher.send() refuses a string", async () => {
  const [ours, peer] = await pair(undefined);
  await using d = new asyncore.dispatcher(ours, newMap());
  await assertRejects(
    () => d.send("text" as never),
    TypeError,
    "Cannot send: data must be bytes, not a string",
  );
  peer.close();
});

Deno.test("dispatcher is in its map by its socket, until it is closed", async () => {
  const map = newMap();
  const d = new asyncore.dispatcher(null, map);
  assertEquals(d._map, map);
  d.createSocket();
  const { socket } = d;
  assert(socket !== null);
  assertEquals([...map], [[socket, d]]);
  d.delChannel();
  assertEquals(map.size, 0);
  d.addChannel();
  assertEquals(map.get(socket), d);
  await d[Symbol.asyncDispose]();
  assertEquals(map.size, 0);
  assertEquals(asyncore.socketMap.size, 0);
});

Deno.test("dispatcher is in socketMap by itself", async () => {
  await using d = new asyncore.dispatcher();
  d.createSocket();
  assertEquals(asyncore.socketMap.get(d.socket!), d);
  d.close();
  assertEquals(asyncore.socketMap.size, 0);
});

Deno.test("dispatcher can have another socket after it was closed", async () => {
  const map = newMap();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const d = new asyncore.dispatcher(null, map);
  for (let i = 0; i < 2; i++) {
    d.createSocket();
    await d.connect(["127.0.0.1", listener.addr.port]);
    (await listener.accept()).close();
    while (!d.connected) await soon(asyncore.poll({ timeout: 1, map }));
    await d[Symbol.asyncDispose]();
    assertEquals(d.connected, false);
  }
});

Deno.test("compactTraceback() tells where an error was thrown, and the way there", () => {
  function inner(): never {
    throw new TypeError("Cannot do it: no");
  }
  function outer() {
    inner();
  }
  try {
    outer();
  } catch (error) {
    const [[file, name, line], type, value, info] = asyncore.compactTraceback(
      error,
    );
    assertMatch(file, /asyncore_dispatcher_test\.ts$/);
    assertEquals([name, type, value], ["inner", TypeError, error]);
    assertMatch(line, /^\d+$/);
    assertMatch(info, /\|outer\|\d+\] \[[^\]]+\|inner\|\d+\]$/);
  }
});

Deno.test("compactTraceback() takes what is no error", () => {
  const unknown = ["?", "?", "?"];
  const [place, type, value, info] = asyncore.compactTraceback(undefined);
  assertEquals(place, unknown);
  assertEquals([type.name, value, info], ["undefined", undefined, ""]);
  assertEquals(asyncore.compactTraceback(1)[1], Number);
  assertEquals(asyncore.compactTraceback(Object.create(null))[0], unknown);
});
