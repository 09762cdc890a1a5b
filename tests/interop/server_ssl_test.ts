// CPython's ssl, openssl and curl with our servers over TLS.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  BaseRequestHandler,
  type StreamRequest,
  StreamRequestHandler,
  TCPServer,
  ThreadingTCPServer,
  UnixStreamServer,
} from "../../server/mod.ts";
import type { InetAddress } from "../../socket/mod.ts";
import type { SSLSocket } from "../../socket/ssl/mod.ts";
import { HOST, Keeping } from "../server/ssl_support.ts";
import { serverContext } from "../support/ssl_contexts.ts";
import { certificate, identity } from "../support/certificate.ts";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { bytes, folder, text } from "../support/peers.ts";
import { needsPython, runPython } from "../support/python.ts";

const CA_FILE = `${folder}/ca.pem`;
Deno.writeTextFileSync(CA_FILE, certificate().ca);

/** Serves as long as a block lasts; no request may fail in it. */
function serving<S extends TCPServer>(server: S): S & AsyncDisposable {
  const served = server.serveForever();
  return Object.assign(server, {
    async [Symbol.asyncDispose]() {
      await server.shutdown({ grace: null });
      await served;
      await server.serverClose();
    },
  });
}

class Lines extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line);
    await this.wfile.write(bytes("bye"));
  }
}

class Line extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(await this.rfile.readline());
  }
}

/** What the programs begin with: arguments are the certificate, the port and the version. */
const prelude = `
import random, socket, ssl, sys, threading
ca, port, version = sys.argv[1], int(sys.argv[2]), sys.argv[3]
def context():
    made = ssl.create_default_context(cafile=ca)
    made.minimum_version = made.maximum_version = ssl.TLSVersion[version]
    return made
def connect():
    plain = socket.create_connection(("127.0.0.1", port), timeout=20)
    return context().wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)
`;

for (const version of ["TLSv1_2", "TLSv1_3"]) {
  for (
    const Server of [TCPServer<InetAddress>, ThreadingTCPServer<InetAddress>]
  ) {
    Deno.test({
      ...needsPython,
      name:
        `StreamRequestHandler serves lines to CPython's ssl, many clients at once [${Server.name}, ${version}]`,
      async fn() {
        await using server = serving(
          new Server(HOST, Lines, { ssl: serverContext() }),
        );
        const printed = await runPython(
          prelude + `
done = []
def run(number):
    with connect() as s:
        assert s.version() == version.replace("_", "."), s.version()
        f = s.makefile("rwb")
        for i in range(20):
            line = random.randbytes(random.randrange(20_000)).replace(b"\\n", b"") + b"\\n"
            f.write(line)
            f.flush()
            assert f.readline() == line
        f.close()
        # Python has no half of a TLS connection to close: unwrap() ends both.
        done.append(number)

threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
for each in threads: each.start()
for each in threads: each.join()
print(len(done))
`,
          { args: [CA_FILE, String(server.serverAddress[1]), version] },
        );
        assertEquals(printed, "4\n");
      },
    });
  }

  Deno.test({
    ...needsPython,
    name:
      `BaseRequestHandler answers CPython's ssl with all that it sent, and ends as TLS does [${version}]`,
    async fn() {
      class Back extends BaseRequestHandler<StreamRequest> {
        override async handle(): Promise<void> {
          const parts: Uint8Array<ArrayBuffer>[] = [];
          for (let got = 0; got < 4 << 20;) {
            const data = await this.request.recv(65536);
            parts.push(new Uint8Array(data));
            got += data.length;
          }
          for (const part of parts) await this.request.sendall(part);
        }
      }
      await using server = serving(
        new ThreadingTCPServer(HOST, Back, { ssl: serverContext() }),
      );
      const printed = await runPython(
        prelude + `
data = random.randbytes(4 << 20)
with connect() as s:
    s.sendall(data)
    got = b""
    # An end without close_notify would be an SSLEOFError.
    while part := s.recv(65536): got += part
    print(got == data)
`,
        { args: [CA_FILE, String(server.serverAddress[1]), version] },
      );
      assertEquals(printed, "True\n");
    },
  });
}

Deno.test({
  ...needsPython,
  name:
    "ssl serves CPython's clients between others of CPython's that break the handshake off",
  async fn() {
    await using server = serving(
      new Keeping(HOST, Lines, { ssl: serverContext() }),
    );
    const printed = await runPython(
      prelude + `
import struct
def plain(data, end):
    s = socket.create_connection(("127.0.0.1", port), timeout=20)
    if data: s.sendall(data)
    end(s)
    return s
reset = lambda s: (s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)), s.close())
half = lambda s: s.shutdown(socket.SHUT_WR)
stay = lambda s: None
def untrusting():
    plain = socket.create_connection(("127.0.0.1", port), timeout=20)
    try: ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
    except ssl.SSLCertVerificationError as error: return error.verify_code
served, codes, open = 0, [], []
for i in range(10):
    for data in [b"", b"GET / HTTP/1.0\\r\\n\\r\\n", b"\\x16\\x03\\x01\\x02\\x00\\x01"]:
        for end in [reset, half, stay]: open.append(plain(data, end))
    codes.append(untrusting())
    with connect() as s:
        s.sendall(b"hello\\n")
        served += s.recv(100) == b"hello\\n"
print(served, set(codes))
for s in open: s.close()
`,
      { args: [CA_FILE, String(server.serverAddress[1]), "TLSv1_3"] },
    );
    assertEquals(printed, "10 {20}\n");
  },
});

Deno.test({
  ...needsPython,
  ignore: needsPython.ignore || Deno.build.os === "windows",
  name: "UnixStreamServer serves CPython's ssl",
  async fn() {
    const path = `${folder}/server_ssl`;
    const server = new UnixStreamServer(
      path,
      class extends BaseRequestHandler {
        override async handle(): Promise<void> {
          const request: SSLSocket = this.request as never;
          await request.sendall(bytes(`${request.version()}`));
        }
      },
      { ssl: serverContext() },
    );
    const served = server.handleRequest();
    const printed = await runPython(
      `
import socket, ssl, sys
plain = socket.socket(socket.AF_UNIX)
plain.settimeout(20)
plain.connect(sys.argv[2])
with ssl.create_default_context(cafile=sys.argv[1]).wrap_socket(plain, server_hostname="localhost") as s:
    print(s.recv(100).decode())
`,
      { args: [CA_FILE, path] },
    );
    await served;
    await server[Symbol.asyncDispose]();
    assertEquals(printed, "TLSv1.3\n");
  },
});

Deno.test({
  ...needsPython,
  name:
    "a handler gets the certificate of CPython's client, as Python's getpeercert() gives it",
  async fn() {
    const ssl = serverContext();
    ssl.verifyMode = 2;
    ssl.loadVerifyLocations({ cadata: certificate().ca });
    let subject: unknown;
    class Who extends BaseRequestHandler<StreamRequest> {
      declare readonly request: SSLSocket<[string, number], null>;
      override async handle(): Promise<void> {
        subject = this.request.getpeercert()?.subject;
        await this.request.sendall(bytes("seen"));
      }
    }
    await using server = serving(new ThreadingTCPServer(HOST, Who, { ssl }));
    const client = identity("client");
    const file = `${folder}/client.pem`;
    await Deno.writeTextFile(file, client.cert + client.key);
    const printed = await runPython(
      prelude.replace(
        "    return made",
        "    made.load_cert_chain(sys.argv[4])\n    return made",
      ) + `
with connect() as s: print(s.recv(10).decode())
`,
      { args: [CA_FILE, String(server.serverAddress[1]), "TLSv1_3", file] },
    );
    assertEquals(printed, "seen\n");
    assertEquals(subject, [[["commonName", "a client"]]]);
  },
});

/** Enough HTTP for curl. */
class Http extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const [method, path] = text(await this.rfile.readline()).split(" ");
    let length = 0;
    for (;;) {
      const line = text(await this.rfile.readline()).trim();
      if (line === "") break;
      const found = /^content-length: (\d+)/i.exec(line);
      if (found !== null) length = Number(found[1]);
    }
    const body = await this.rfile.read(length);
    await this.wfile.write(
      bytes(`HTTP/1.0 200 OK\r\nX-Path: ${method} ${path}\r\n\r\n`),
    );
    await this.wfile.write(body);
  }
}

/** Runs curl without the settings of the machine. */
async function curl(...args: string[]) {
  return await runForeign("curl", [
    ...["--disable", "--silent", "--show-error", "--noproxy", "*"],
    ...["--max-time", "20", ...args],
  ]);
}

for (const version of ["1.2", "1.3"]) {
  Deno.test({
    ...needsProgram("curl", "--version"),
    name: `ThreadingTCPServer serves curl over TLS ${version}`,
    async fn() {
      await using server = serving(
        new ThreadingTCPServer(HOST, Http, { ssl: serverContext() }),
      );
      const [, port] = server.serverAddress;
      const body = "x".repeat(300_000);
      await Deno.writeTextFile(`${folder}/body`, body);
      const { code, stdout, stderr } = await curl(
        ...["--cacert", CA_FILE, "--include", "--http1.0"],
        ...[`--tlsv${version}`, "--tls-max", version],
        ...["--data-binary", `@${folder}/body`],
        `https://localhost:${port}/a`,
      );
      assertEquals(code, 0, stderr);
      const [head, got] = text(stdout).split("\r\n\r\n");
      assertStringIncludes(head, "X-Path: POST /a");
      assertEquals(got === body, true);
    },
  });
}

Deno.test({
  ...needsProgram("curl", "--version"),
  name: "ThreadingTCPServer refuses curl without TLS, and goes on",
  async fn() {
    await using server = serving(
      new Keeping(HOST, Http, { ssl: serverContext() }),
    );
    const [, port] = server.serverAddress;
    const plain = await curl(`http://localhost:${port}/`);
    assert(plain.code !== 0);
    assertStringIncludes(String(await server.nextError()), "SSLError");
    const right = await curl("--cacert", CA_FILE, `https://localhost:${port}/`);
    assertEquals(right.code, 0, right.stderr);
  },
});

Deno.test({
  ...needsProgram("openssl", "version"),
  name:
    "ThreadingTCPServer serves openssl s_client, which trusts the whole chain",
  async fn() {
    await using server = serving(
      new ThreadingTCPServer(HOST, Line, { ssl: serverContext() }),
    );
    const { code, stdout, stderr } = await runForeign("openssl", [
      ...[
        "s_client",
        "-brief",
        "-ign_eof",
        "-verify_return_error",
        "-CAfile",
        CA_FILE,
      ],
      ...["-verify_hostname", "localhost", "-servername", "localhost"],
      ...["-connect", `127.0.0.1:${server.serverAddress[1]}`],
    ], { stdin: "hello\n" });
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "Verification: OK");
    assertEquals(text(stdout), "hello\n");
  },
});
