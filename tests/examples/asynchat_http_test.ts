import { assertEquals, assertMatch } from "@std/assert";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { bytes, readAll, text, writeAll } from "../support/peers.ts";
import { copy, here, start } from "./process.ts";
import { type ServerExample, testServer } from "./usual.ts";

const ADDRESS = { hostname: "127.0.0.1", port: copy.port(50011) };
const URL_HERE = `http://127.0.0.1:${ADDRESS.port}`;
const example: ServerExample = {
  name: "asynchat_http",
  commands: [
    "deno run --allow-net=127.0.0.1:50011 examples/asynchat_http.ts",
    "deno run -P=asynchat_http examples/asynchat_http.ts",
  ],
  address: "127.0.0.1:50011",
  flags: "--allow-net=127.0.0.1:50011",
  first: here("Serving http://127.0.0.1:50011/, press Ctrl-C to stop\n"),
  last: "Goodbye\n",
  hold: () => Deno.listen(ADDRESS),
};
const needsCurl = needsProgram("curl", "--version");

testServer(example);

/** Runs curl without the settings of the machine; gives its standard output. */
async function curl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runForeign("curl", [
    ...["--disable", "--silent", "--show-error", "--noproxy", "*"],
    ...args,
  ]);
  assertEquals(code, 0, stderr);
  return text(stdout);
}

/** What the server sends. */
function answer(
  body: string,
  { status = "200 OK", connection = "keep-alive", sent = body } = {},
): string {
  return [
    `HTTP/1.1 ${status}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${bytes(body).length}`,
    `Connection: ${connection}`,
    "",
    sent,
  ].join("\r\n");
}

/** Sends a text, in pieces if a size is given, and gives all that comes back until the end. */
async function talk(sent: string, size = sent.length): Promise<string> {
  using conn = await Deno.connect(ADDRESS);
  conn.setNoDelay();
  const data = bytes(sent);
  for (let at = 0; at < data.length; at += size) {
    await writeAll(conn, data.subarray(at, at + size));
    // So that each piece is received by itself, if the server is quick.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return text(await readAll(conn));
}

async function serving(use: () => Promise<void>): Promise<string> {
  await using running = start(example.commands[0]);
  await running.printed("stop\n");
  await use();
  running.interrupt();
  const { code, stdout, stderr } = await running.end();
  assertEquals([code, stderr], [0, ""]);
  return stdout.slice(example.first.length);
}

Deno.test({
  ...needsCurl,
  name: "asynchat_http answers curl, and keeps its connection",
  async fn() {
    const printed = await serving(async () => {
      const connects = ["--write-out", "%{num_connects} "];
      const hello = `${URL_HERE}/hello`;
      const two = await curl(...connects, hello, `${URL_HERE}/a?b=c`);
      assertEquals(two, "You asked for /hello\n1 You asked for /a?b=c\n0 ");
      const posts = await curl(
        ...connects,
        "--data",
        "some text",
        hello,
        hello,
      );
      assertEquals(posts, "some text1 some text0 ");
      const head = await curl("--head", hello);
      assertEquals(head, answer("You asked for /hello\n", { sent: "" }));
    });
    assertEquals(
      printed,
      [
        '"GET /hello" 200',
        '"GET /a?b=c" 200',
        '"POST /hello" 200',
        '"POST /hello" 200',
        '"HEAD /hello" 200',
      ].map((line) => `127.0.0.1 ${line}\n`).join("") + "Goodbye\n",
    );
  },
});

Deno.test({
  ...needsCurl,
  name:
    "asynchat_http closes the connection where curl asks for it, or speaks HTTP/1.0",
  async fn() {
    await serving(async () => {
      for (const option of ["--header=Connection: close", "--http1.0"]) {
        const [name, value] = option.split("=");
        const options = value === undefined ? [name] : [name, value];
        const got = await curl("--include", ...options, `${URL_HERE}/`);
        assertEquals(got, answer("You asked for /\n", { connection: "close" }));
      }
    });
  },
});

Deno.test({
  ...needsCurl,
  name:
    "asynchat_http gives a large body of curl's back, which waits to be told to send it",
  async fn() {
    await serving(async () => {
      const path = `${copy.folder}/body`;
      const body = "0123456789abcdef".repeat(300_000);
      await Deno.writeTextFile(path, body);
      const got = await curl(
        ...["--include", "--header", "Expect: 100-continue"],
        ...["--data-binary", `@${path}`, `${URL_HERE}/`],
      );
      assertEquals(got, "HTTP/1.1 100 Continue\r\n\r\n" + answer(body));
    });
  },
});

Deno.test("asynchat_http answers requests that come byte by byte", async () => {
  await serving(async () => {
    const got = await talk(
      "POST /1 HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody" +
        "GET /2 HTTP/1.1\r\nConnection: close\r\n\r\n",
      1,
    );
    assertEquals(
      got,
      answer("body") + answer("You asked for /2\n", { connection: "close" }),
    );
  });
});

Deno.test("asynchat_http answers two requests that come at once, in order", async () => {
  await serving(async () => {
    const got = await talk(
      "POST /1 HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody\r\n" +
        "GET /2 HTTP/1.1\r\nConnection: close\r\n\r\n" +
        "GET /3 HTTP/1.1\r\n\r\n",
    );
    assertEquals(
      got,
      answer("body") + answer("You asked for /2\n", { connection: "close" }),
    );
  });
});

Deno.test("asynchat_http refuses what it does not understand, and goes on", async () => {
  await serving(async () => {
    const field = (text: string) => `GET / HTTP/1.1\r\n${text}\r\n\r\n`;
    const rows: [request: string, status: string][] = [
      ["hello\r\n\r\n", "400 Bad Request"],
      ["GET /\xe9 HTTP/1.1\r\n\r\n", "400 Bad Request"],
      ["GET / HTTP/2.0\r\n\r\n", "505 HTTP Version Not Supported"],
      ["PUT / HTTP/1.1\r\n\r\n", "501 Not Implemented"],
      [field("Transfer-Encoding: chunked"), "501 Not Implemented"],
      [field("Content-Length: -1"), "400 Bad Request"],
      [field("Content-Length: 1\r\nContent-Length: 2"), "400 Bad Request"],
      [field("Content-Length: 99999999999"), "413 Content Too Large"],
      [field("no field"), "400 Bad Request"],
      ["x".repeat(20_000), "431 Request Header Fields Too Large"],
    ];
    for (const [request, status] of rows) {
      assertEquals(
        await talk(request),
        answer("", { status, connection: "close" }),
      );
    }
    assertMatch(
      await talk("GET /ok HTTP/1.0\r\n\r\n"),
      /You asked for \/ok\n$/,
    );
  });
});
