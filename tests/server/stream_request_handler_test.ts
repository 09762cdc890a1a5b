import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type InetAddress,
  IPPROTO_TCP,
  OSError,
  type Socket,
  TCP_NODELAY,
  TimeoutError,
} from "../../socket/mod.ts";
import {
  type RequestHandlerClass,
  StreamRequestHandler,
  TCPServer,
  ThreadingTCPServer,
} from "../../server/mod.ts";
import { bytes, readAll, text, writeAll } from "../support/peers.ts";
import { Gate } from "./support.ts";

type HandlerClass = RequestHandlerClass<Socket<InetAddress, null>, InetAddress>;

/** A server that keeps the errors of its handlers. */
class Server extends TCPServer {
  readonly errors: unknown[] = [];

  constructor(Handler: HandlerClass) {
    super(["127.0.0.1", 0], Handler);
  }

  override handleError(_: object, __: InetAddress, error: unknown) {
    this.errors.push(error);
  }
}

/** Connects with plain Deno. */
function connect(
  { serverAddress: [hostname, port] }: { serverAddress: InetAddress },
): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname, port });
}

/** Lets a client send something and end, and gives its answer and the errors. */
async function exchange(
  Handler: HandlerClass,
  question = "",
): Promise<{ answer: string; errors: unknown[] }> {
  await using server = new Server(Handler);
  using conn = await connect(server);
  await writeAll(conn, bytes(question));
  await conn.closeWrite();
  const [, answer] = await Promise.all([server.handleRequest(), readAll(conn)]);
  return { answer: text(answer), errors: server.errors };
}

Deno.test("StreamRequestHandler has its files between setup and finish", async () => {
  const seen: unknown[] = [];
  class Handler extends StreamRequestHandler {
    override setup() {
      seen.push(this.rfile, this.wfile, this.connection);
      super.setup();
      seen.push(this.rfile.closed, this.wfile.closed);
    }
    override async handle() {
      seen.push(this.connection === this.request, await this.rfile.readline());
    }
    override async finish() {
      await super.finish();
      seen.push(this.rfile.closed, this.wfile.closed);
    }
  }
  assertEquals(await exchange(Handler, "a\nb\n"), { answer: "", errors: [] });
  assertEquals(seen, [
    ...[undefined, undefined, undefined],
    ...[false, false],
    ...[true, bytes("a\n")],
    ...[true, true],
  ]);
});

Deno.test("rfile reads ahead by default, and not with rbufsize 0", async () => {
  class Handler extends StreamRequestHandler {
    override async handle() {
      const line = await this.rfile.readline();
      const rest = await this.request.recv(100);
      await this.wfile.write(bytes(`${text(line)}${rest.length}`));
    }
  }
  class Unbuffered extends Handler {
    static override rbufsize = 0;
  }
  assertEquals((await exchange(Handler, "one\ntwo\n")).answer, "one\n0");
  assertEquals((await exchange(Unbuffered, "one\ntwo\n")).answer, "one\n4");
});

/** Writes by wfile first, and past it afterwards. */
class Overtaken extends StreamRequestHandler {
  override async handle() {
    await this.wfile.write(bytes("first "));
    await this.request.sendall(bytes("second "));
  }
}

Deno.test("wfile sends each write at once by default", async () => {
  assertEquals((await exchange(Overtaken)).answer, "first second ");
});

for (const wbufsize of [-1, 100]) {
  Deno.test(`wfile gathers with wbufsize ${wbufsize} until finish`, async () => {
    class Handler extends Overtaken {
      static override wbufsize = wbufsize;
    }
    assertEquals((await exchange(Handler)).answer, "second first ");
  });
}

Deno.test("wfile gathers until flush, or until its buffer is full", async () => {
  class Flushing extends StreamRequestHandler {
    override wbufsize = 100;
    override async handle() {
      await this.wfile.write(bytes("1"));
      await this.wfile.flush();
      await this.request.sendall(bytes("2"));
    }
  }
  assertEquals((await exchange(Flushing)).answer, "12");
  class Full extends StreamRequestHandler {
    override wbufsize = 4;
    override async handle() {
      await this.wfile.write(bytes("123456"));
      await this.request.sendall(bytes("7"));
    }
  }
  assertEquals((await exchange(Full)).answer, "1234567");
});

for (const wbufsize of [0, -1]) {
  Deno.test(`wfile sends all of a large write with wbufsize ${wbufsize}`, async () => {
    const size = 8 * 1024 * 1024;
    let written: number | undefined;
    class Handler extends StreamRequestHandler {
      override wbufsize = wbufsize;
      override async handle() {
        written = await this.wfile.write(new Uint8Array(size).fill(97));
      }
    }
    const { answer, errors } = await exchange(Handler);
    assertEquals([answer.length, written, errors], [size, size, []]);
  });
}

Deno.test("timeout cuts a silent client off, and the error goes to handleError", async () => {
  for (const how of ["static", "field"]) {
    class Static extends StreamRequestHandler {
      static override timeout: number | null = 0.01;
      override async handle() {
        assertEquals(this.connection.gettimeout(), 0.01);
        await this.rfile.readline();
      }
    }
    class Field extends Static {
      static override timeout = null;
      override timeout = 0.01;
    }
    await using server = new Server(how === "static" ? Static : Field);
    using conn = await connect(server);
    await server.handleRequest();
    assertEquals(server.errors.length, 1);
    assertInstanceOf(server.errors[0], TimeoutError);
    assertEquals(await conn.read(new Uint8Array(1)), null);
  }
});

Deno.test("timeout null leaves the connection's own as it is", async () => {
  let timeout: unknown;
  class Handler extends StreamRequestHandler {
    override handle() {
      timeout = this.connection.gettimeout();
    }
  }
  await exchange(Handler);
  assertEquals(timeout, null);
});

Deno.test("a timeout that is none is an error of setup, and closes the request", async () => {
  class Handler extends StreamRequestHandler {
    override timeout = -1;
  }
  const { answer, errors: [error] } = await exchange(Handler);
  assertInstanceOf(error, RangeError);
  assertEquals(answer, "");
});

Deno.test("disableNagleAlgorithm sets TCP_NODELAY", async () => {
  const set: unknown[] = [];
  class Handler extends StreamRequestHandler {
    static override disableNagleAlgorithm = true;
    override setup() {
      const { request } = this;
      const setsockopt = request.setsockopt.bind(request) as (
        ...args: unknown[]
      ) => void;
      request.setsockopt = (...args: unknown[]) => {
        set.push(args);
        setsockopt(...args);
      };
      return super.setup();
    }
    override handle() {
      set.push(this.connection.getsockopt(IPPROTO_TCP, TCP_NODELAY) !== 0);
    }
  }
  class Leaving extends Handler {
    static override disableNagleAlgorithm = false;
    override handle() {}
  }
  await exchange(Leaving);
  assertEquals(set, []);
  await exchange(Handler);
  assertEquals(set, [[IPPROTO_TCP, TCP_NODELAY, 1], true]);
});

Deno.test("finish() takes no offence at files that are closed already", async () => {
  class Handler extends StreamRequestHandler {
    override async handle() {
      await this.wfile.write(bytes("answer"));
      await this.wfile.close();
      await this.rfile.close();
    }
  }
  assertEquals(await exchange(Handler), { answer: "answer", errors: [] });
});

Deno.test("finish() takes no offence at a connection that is closed already", async () => {
  class Handler extends StreamRequestHandler {
    override async handle() {
      await this.wfile.write(bytes("answer"));
      this.request.close();
    }
  }
  assertEquals(await exchange(Handler), { answer: "answer", errors: [] });
});

Deno.test("finish() sends what was written before an error in handle", async () => {
  class Handler extends StreamRequestHandler {
    override wbufsize = -1;
    override async handle() {
      await this.wfile.write(bytes("so far"));
      throw new Error("planned");
    }
  }
  const { answer, errors } = await exchange(Handler);
  assertEquals([answer, (errors[0] as Error).message], ["so far", "planned"]);
});

Deno.test("files that a handler leaves open do not hold the connection", async () => {
  class Handler extends StreamRequestHandler {
    override async handle() {
      await this.wfile.write(bytes("answer"));
    }
    override finish() {
      return Promise.resolve();
    }
  }
  assertEquals(await exchange(Handler), { answer: "answer", errors: [] });
});

/** Serves one client that resets its connection before the answer. */
async function reset(Handler: HandlerClass): Promise<unknown[]> {
  await using server = new Server(Handler);
  const conn = await connect(server);
  const handled = server.handleRequest();
  // What is left unread makes of the end a reset.
  await conn.read(new Uint8Array(1));
  conn.close();
  await handled;
  return server.errors;
}

/** Writes until the client is seen to be gone. */
class Writing extends StreamRequestHandler {
  override async handle() {
    await this.wfile.write(bytes("unread"));
    while (
      await this.rfile.read(1).then(({ length }) => length > 0, () => false)
    );
    for (let i = 0; i < 100; i++) await this.wfile.write(new Uint8Array(1e5));
  }
}

Deno.test("a client that is gone before the answer is an error of handle if each write is sent", async () => {
  const [error, ...rest] = await reset(Writing);
  assertInstanceOf(error, OSError);
  assert(["EPIPE", "ECONNRESET"].includes(error.code), error.code);
  assertEquals(rest, []);
});

Deno.test("a client that is gone before the answer is no error if finish sends it", async () => {
  class Handler extends StreamRequestHandler {
    override wbufsize = 1e6;
    override async handle() {
      await this.wfile.write(bytes("unread"));
      await this.wfile.flush();
      await this.rfile.read().catch(() => {});
      await this.wfile.write(new Uint8Array(1e5));
    }
  }
  assertEquals(await reset(Handler), []);
});

Deno.test("connections of a threading server have each their own files", async () => {
  const gate = new Gate();
  class Echo extends StreamRequestHandler {
    override async handle() {
      const line = await this.rfile.readline();
      await gate.pass();
      await this.wfile.write(line);
    }
  }
  await using server = new ThreadingTCPServer(["127.0.0.1", 0], Echo);
  const serving = server.serveForever();
  const conns = await Promise.all([connect(server), connect(server)]);
  for (const [index, conn] of conns.entries()) {
    await conn.write(bytes(`${index}\n`));
  }
  await gate.reached(2);
  gate.open();
  const answers = await Promise.all(conns.map(readAll));
  assertEquals(answers.map(text), ["0\n", "1\n"]);
  for (const conn of conns) conn.close();
  await server.shutdown();
  await serving;
});

Deno.test("StreamRequestHandler's request is the connection that getRequest took", async () => {
  let taken: Socket | undefined;
  class Taking extends Server {
    override async getRequest() {
      const request = await super.getRequest();
      taken = request[0] as unknown as Socket;
      return request;
    }
  }
  let same: boolean | undefined;
  class Handler extends StreamRequestHandler {
    override handle() {
      same = this.connection as unknown === taken;
    }
  }
  await using server = new Taking(Handler);
  using _ = await connect(server);
  await server.handleRequest();
  assertEquals(same, true);
});
