// examples/file_server.ts, with plain connections and CPython at the other end;
// file_server_curl_test.ts has curl, file_server_browser_test.ts a browser.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { bytes, readAll, text, writeAll } from "../support/peers.ts";
import { needsPython, runPython } from "../support/python.ts";
import {
  ADDRESS,
  byFlags,
  byName,
  forFolder,
  SERVING,
  Serving,
  temporary,
  URL_HERE,
} from "./file_server.ts";
import { altered, here, ROOT, run } from "./process.ts";
import { testServer } from "./usual.ts";

const STYLE = await Deno.readTextFile(new URL("examples/site/style.css", ROOT));
const OK = "HTTP/1.0 200 OK";
const BAD = "HTTP/1.0 400 Bad Request";
const TOO_LONG = "HTTP/1.0 414 URI Too Long";
const TOO_LARGE = "HTTP/1.0 431 Request Header Fields Too Large";

/** Sends a request, and its end if it has no more to say; gives the whole answer. */
async function ask(request: string, isAll = true): Promise<string> {
  using conn = await Deno.connect(ADDRESS);
  await writeAll(conn, bytes(request));
  if (isAll) await conn.closeWrite();
  return text(await readAll(conn));
}

/** Gives the first line of an answer. */
function statusIn(answer: string): string {
  return answer.split("\r\n", 1)[0];
}

testServer({
  name: "file_server",
  commands: [
    "deno run --allow-net=127.0.0.1:8000 --allow-read=examples/site examples/file_server.ts",
    "deno run -P=file_server examples/file_server.ts",
    "deno run --allow-net=127.0.0.1:8000 --allow-read=FOLDER examples/file_server.ts FOLDER",
  ],
  address: "127.0.0.1:8000",
  first: SERVING,
  last: "Goodbye\n",
  hold: () => Deno.listen(ADDRESS),
});

for (const command of [byFlags, byName]) {
  Deno.test(`file_server serves until Ctrl-C, with a line for each request [${command}]`, async () => {
    await using serving = await Serving.start(command);
    const answer = await ask("GET /style.css HTTP/1.0\r\n\r\n", false);
    assertMatch(answer, /^HTTP\/1\.0 200 OK\r\nDate: .* GMT\r\n/);
    assertEquals(answer.split("\r\n\r\n")[1], STYLE);
    assertEquals(
      statusIn(await ask("HEAD /nosuch HTTP/1.0\r\n\r\n")),
      "HTTP/1.0 404 Not Found",
    );
    assertEquals(await serving.end(), [
      '127.0.0.1 "GET /style.css HTTP/1.0" 200 OK',
      '127.0.0.1 "HEAD /nosuch HTTP/1.0" 404 Not Found',
    ]);
  });
}

Deno.test("file_server answers HTTP/0.9 without a head", async () => {
  await using _serving = await Serving.start(byFlags);
  assertEquals(await ask("GET /style.css\r\n", false), STYLE);
  assertMatch(await ask("GET /nosuch\r\n", false), /^<!DOCTYPE html>/);
  assertEquals(statusIn(await ask("HEAD /style.css\r\n")), BAD);
});

Deno.test("file_server answers HTTP/1.1, whole URLs and bare newlines as HTTP/1.0", async () => {
  await using _serving = await Serving.start(byFlags);
  for (
    const request of [
      "GET /style.css HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /style.css HTTP/1.2\r\n\r\n",
      `GET ${URL_HERE}/style.css HTTP/1.1\r\n\r\n`,
      "GET HTTP://x/style.css?query#rest HTTP/1.0\r\n\r\n",
      "GET /style.css HTTP/1.0\nHost:x\n\n",
    ]
  ) {
    const answer = await ask(request);
    assertEquals(statusIn(answer), OK, request);
    assertEquals(answer.split("\r\n\r\n")[1], STYLE);
  }
});

Deno.test("file_server refuses text that is not a request", async () => {
  await using serving = await Serving.start(byFlags);
  const expected: Readonly<Record<string, string>> = {
    "\r\n": BAD,
    "GET\r\n\r\n": BAD,
    "GET  / HTTP/1.0\r\n\r\n": BAD,
    "GET / HTTP/1.0 x\r\n\r\n": BAD,
    " GET / HTTP/1.0\r\n\r\n": BAD,
    "GET\t/ HTTP/1.0\r\n\r\n": BAD,
    "GET / HTTP/x\r\n\r\n": BAD,
    "GET / http/1.0\r\n\r\n": BAD,
    "GET /\0 HTTP/1.0\r\n\r\n": BAD,
    "GET /ü HTTP/1.0\r\n\r\n": BAD,
    "GET / HTTP/1.0\rHost: x\r\n\r\n": BAD,
    "GET style.css HTTP/1.0\r\n\r\n": BAD,
    "GET * HTTP/1.0\r\n\r\n": BAD,
    "GET / HTTP/1.0\r\nno field\r\n\r\n": BAD,
    "GET / HTTP/1.0\r\n: x\r\n\r\n": BAD,
    "GET / HTTP/1.0\r\nA : x\r\n\r\n": BAD,
    "GET / HTTP/1.0\r\nA: x\r\n folded\r\n\r\n": BAD,
    "\x16\x03\x01\x02\x00\x01\x00\x01": BAD, // TLS begins so
    "GET / HT": BAD, // and no more
    "GET / HTTP/1.0\r\nHost: x\r\n": BAD,
    "GET / HTTP/2.0\r\n\r\n": "HTTP/1.0 505 HTTP Version Not Supported",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":
      "HTTP/1.0 505 HTTP Version Not Supported",
    "CONNECT x:80 HTTP/1.0\r\n\r\n": "HTTP/1.0 501 Not Implemented",
  };
  for (const [request, status] of Object.entries(expected)) {
    assertEquals(statusIn(await ask(request)), status, JSON.stringify(request));
  }
  for (const line of await serving.end()) {
    // What a terminal would take for a command does not reach it.
    assertMatch(line, /^127\.0\.0\.1 "[ -~]*" \d{3} [A-Z][ -~]+$/);
  }
});

Deno.test("file_server takes as much as it says, and no more", async () => {
  await using _serving = await Serving.start(byFlags);
  /** A line of so many bytes, with its end. */
  function line(begin: string, end: string, length: number): string {
    const rest = length - begin.length - end.length;
    return begin + "x".repeat(rest) + end;
  }
  const end = " HTTP/1.0\r\n";
  const fields = "A: x\r\n".repeat(99);
  const expected: readonly [string, string][] = [
    [`${line("GET /?", end, 8192)}\r\n`, OK],
    [`${line("GET /?", end, 8193)}\r\n`, TOO_LONG],
    [line("GET /", "", 1_000_000), TOO_LONG],
    [`GET / HTTP/1.0\r\n${line("A:", "\r\n", 8192)}\r\n`, OK],
    [`GET / HTTP/1.0\r\n${line("A:", "\r\n", 8193)}\r\n`, TOO_LARGE],
    [`GET / HTTP/1.0\r\n${fields}A: x\r\n\r\n`, OK],
    [`GET / HTTP/1.0\r\n${fields}A: x\r\nA: x\r\n\r\n`, TOO_LARGE],
  ];
  for (const [request, status] of expected) {
    assertEquals(statusIn(await ask(request)), status, request.slice(-40));
  }
});

Deno.test("file_server takes in a body that it does not want, for its answer to arrive", async () => {
  await using _serving = await Serving.start(byFlags);
  const body = "x".repeat(2 ** 23);
  const head = `POST / HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n`;
  assertEquals(
    statusIn(await ask(head + body, false)),
    "HTTP/1.0 501 Not Implemented",
  );
});

Deno.test("file_server ends with a client that drips, and with a silent one, and meanwhile serves others", async () => {
  await using serving = await Serving.start(
    await altered(byFlags, { PATIENCE: 1000 }),
  );
  async function drip(): Promise<void> {
    using conn = await Deno.connect(ADDRESS);
    const ended = readAll(conn).catch(() => new Uint8Array(0));
    let isOpen = true;
    ended.then(() => isOpen = false);
    for (let count = 0; isOpen && count < 1000; count++) {
      // It writes into a connection that the server may have closed.
      await conn.write(bytes(count === 0 ? "GET /" : "x")).catch(() => {});
      await delay(100);
    }
    assertEquals([isOpen, (await ended).length], [false, 0]);
  }
  const all = Promise.all([drip(), ask("", false)]);
  assertEquals(
    statusIn(await ask("GET / HTTP/1.0\r\n\r\n", false)),
    OK,
  );
  const [, silence] = await all;
  assertEquals(silence, "");
  const lines = await serving.end();
  assertEquals(lines[0], '127.0.0.1 "GET / HTTP/1.0" 200 OK');
  assertEquals(lines.length, 3);
  for (const line of lines.slice(1)) {
    assertMatch(line, /^127\.0\.0\.1 "" .*(timeout|timed out)/);
  }
});

Deno.test("file_server lets a client that comes and goes pass without a word", async () => {
  await using serving = await Serving.start(byFlags);
  for (let count = 0; count < 20; count++) assertEquals(await ask(""), "");
  assertEquals(await serving.end(), []);
});

Deno.test("file_server gives a client that is in the middle of a file its rest after Ctrl-C", async () => {
  await using folder = await temporary();
  const data = new Uint8Array(2 ** 23).fill(7);
  await Deno.writeFile(`${folder.path}/file`, data);
  await using serving = await Serving.forFolder(folder.path);
  using conn = await Deno.connect(ADDRESS);
  await writeAll(conn, bytes("GET /file\r\n"));
  await serving.process.printed("200 OK");
  const ended = serving.end();
  const received = await readAll(conn);
  assertEquals(received.length, data.length);
  await ended;
});

Deno.test("file_server cuts off a client that does not read on after Ctrl-C", async () => {
  await using folder = await temporary();
  const data = new Uint8Array(2 ** 26);
  await Deno.writeFile(`${folder.path}/file`, data);
  await using serving = await Serving.forFolder(folder.path, {
    command: await altered(forFolder, { GRACE: 0.5 }),
  });
  using conn = await Deno.connect(ADDRESS);
  await writeAll(conn, bytes("GET /file\r\n"));
  await serving.process.printed("200 OK");
  assertEquals(await serving.end(), ['127.0.0.1 "GET /file" 200 OK']);
  const received = await readAll(conn).catch(() => new Uint8Array(0));
  assert(received.length < data.length);
});

Deno.test({
  name: "file_server serves files, but not a pipe",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await temporary();
    const made = await new Deno.Command("mkfifo", {
      args: [`${folder.path}/pipe`],
    }).output();
    assert(made.success);
    await using _serving = await Serving.forFolder(folder.path);
    assertEquals(
      statusIn(await ask("GET /pipe HTTP/1.0\r\n\r\n")),
      "HTTP/1.0 404 Not Found",
    );
  },
});

Deno.test({
  ...needsPython,
  name: "file_server is a server of HTTP/1.0 for http.client",
  async fn() {
    await using _serving = await Serving.start(byFlags);
    const told = await runPython(`
import http.client, json
from email.utils import parsedate_to_datetime

def ask(method, path, headers={}):
    connection = http.client.HTTPConnection("127.0.0.1", ${ADDRESS.port})
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    closes = answer.will_close
    body = answer.read()
    return answer, [answer.version, answer.status, answer.reason, closes, len(body), answer.headers.defects]

page, first = ask("GET", "/style.css")
for name in ("Date", "Last-Modified"):
    assert parsedate_to_datetime(page.headers[name]).utcoffset().total_seconds() == 0
told = [first, ask("HEAD", "/style.css")[1]]
told.append(ask("GET", "/style.css", {"If-Modified-Since": page.headers["Last-Modified"]})[1])
told.append(ask("GET", "/about")[1])
told.append(ask("PUT", "/style.css", {"Content-Length": "0"})[1])
print(json.dumps(told))
`);
    const length = bytes(STYLE).length;
    assertEquals(JSON.parse(told), [
      [10, 200, "OK", true, length, []],
      [10, 200, "OK", true, 0, []],
      [10, 304, "Not Modified", true, 0, []],
      [10, 301, "Moved Permanently", true, 84, []],
      [10, 501, "Not Implemented", true, 80, []],
    ]);
  },
});

Deno.test({
  ...needsPython,
  name:
    "file_server goes on after clients that reset the connection, at any point",
  async fn() {
    await using folder = await temporary();
    await Deno.writeFile(`${folder.path}/file`, new Uint8Array(2 ** 24));
    await using serving = await Serving.forFolder(folder.path);
    await runPython(`
import socket, struct

for sent in (b"", b"GET /fi", b"GET /file HTTP/1.0\\r\\n", b"GET /file HTTP/1.0\\r\\n\\r\\n"):
    for receive in (False, True):
        if receive and not sent.endswith(b"\\r\\n\\r\\n"):
            continue
        for _ in range(20):
            s = socket.create_connection(("127.0.0.1", ${ADDRESS.port}))
            s.sendall(sent)
            if receive:
                s.recv(1000)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
`);
    const answer = await ask("GET /file HTTP/1.0\r\n\r\n");
    assertEquals(answer.split("\r\n\r\n")[1].length, 2 ** 24);
    // Nothing but lines of the log: no error was left to be reported.
    for (const line of await serving.end()) {
      assertMatch(line, /^127\.0\.0\.1 "/);
    }
  },
});

Deno.test("file_server names the flag without permission to bind", async () => {
  assertEquals(await run(byFlags.replace(/--allow-net=\S+/, "--no-prompt")), {
    code: 1,
    stdout: "",
    stderr: here(
      'Cannot bind to "127.0.0.1:8000": permission denied (EACCES); ' +
        "run again with --allow-net=127.0.0.1:8000\n",
    ),
  });
});

Deno.test("file_server names the flag without permission to read", async () => {
  const { code, stdout, stderr } = await run(
    byFlags.replace(/--allow-read=\S+/, "--no-prompt"),
  );
  assertEquals([code, stdout], [1, ""]);
  assertMatch(
    stderr,
    /^Requires read access to ".*site", run again with the --allow-read flag\n$/,
  );
});

Deno.test("file_server says that its folder is not there", async () => {
  const { code, stdout, stderr } = await run(
    forFolder.replaceAll("FOLDER", "examples/nosuch"),
  );
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^No such file or directory .*nosuch'\n$/);
});
