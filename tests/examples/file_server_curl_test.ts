// examples/file_server.ts, and curl at the other end.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { byFlags, Serving, temporary, URL_HERE } from "./file_server.ts";
import { ROOT } from "./process.ts";

const needsCurl = needsProgram("curl", "--version");
// Milliseconds for a run of curl.
const LONGEST = 60_000;

/** An answer as curl got it. */
interface Answer {
  readonly status: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** Runs curl without the settings of the machine; gives its standard output. */
async function curl(...args: string[]): Promise<Uint8Array> {
  const { code, stdout, stderr } = await runForeign("curl", [
    ...["--disable", "--silent", "--show-error", "--noproxy", "*"],
    ...args,
  ], { longest: LONGEST });
  assertEquals(code, 0, stderr);
  return stdout;
}

async function answer(path: string, ...args: string[]): Promise<Answer> {
  const output = await curl(
    ...["--include", "--path-as-is", ...args, URL_HERE + path],
  );
  const [head] = new TextDecoder("latin1").decode(output).split("\r\n\r\n", 1);
  const [status, ...lines] = head.split("\r\n");
  return {
    status,
    fields: new Map(lines.map((line) => line.split(": ") as [string, string])),
    body: output.subarray(head.length + 4),
  };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...needsCurl, name: `file_server ${name} [curl]`, fn });
}

test("serves its site byte for byte, with types and lengths", async () => {
  await using _serving = await Serving.start(byFlags);
  const files = {
    "/": ["index.html", "text/html; charset=utf-8"],
    "/about/": ["about/index.html", "text/html; charset=utf-8"],
    "/style.css": ["style.css", "text/css; charset=utf-8"],
    "/script.js": ["script.js", "text/javascript; charset=utf-8"],
    "/harbour.svg": ["harbour.svg", "image/svg+xml"],
    "/icon.png": ["icon.png", "image/png"],
  };
  for (const [path, [file, type]] of Object.entries(files)) {
    const { status, fields, body } = await answer(path);
    const expected = await Deno.readFile(
      new URL(`examples/site/${file}`, ROOT),
    );
    assertEquals(status, "HTTP/1.0 200 OK");
    assertEquals(body, expected, file);
    assertEquals(fields.get("Content-Type"), type);
    assertEquals(fields.get("Content-Length"), String(expected.length));
    assertEquals(fields.get("Connection"), "close");
    assert(Math.abs(Date.parse(fields.get("Date")!) - Date.now()) < LONGEST);
  }
});

test("answers HEAD with the head that GET has, and no body", async () => {
  await using serving = await Serving.start(byFlags);
  for (const path of ["/", "/icon.png", "/about", "/nosuch"]) {
    const get = await answer(path);
    const head = await answer(path, "--head");
    assertEquals(head.status, get.status);
    assertEquals([...head.fields.keys()], [...get.fields.keys()]);
    assertEquals(
      head.fields.get("Content-Length"),
      get.fields.get("Content-Length"),
    );
    assertEquals(head.body.length, 0);
    assert(get.body.length > 0);
  }
  const lines = await serving.end();
  assertEquals(lines.slice(0, 2), [
    '127.0.0.1 "GET / HTTP/1.1" 200 OK',
    '127.0.0.1 "HEAD / HTTP/1.1" 200 OK',
  ]);
});

test("has a page for a file that is not there", async () => {
  await using _serving = await Serving.start(byFlags);
  for (const path of ["/nosuch", "/nosuch/", "/style.css/", "/style.css/x"]) {
    const { status, fields, body } = await answer(path);
    assertEquals(status, "HTTP/1.0 404 Not Found");
    assertEquals(fields.get("Content-Type"), "text/html; charset=utf-8");
    assertStringIncludes(text(body), "<h1>404 Not Found</h1>");
  }
});

test("sends a folder without its slash on, with the query, and never elsewhere", async () => {
  await using _serving = await Serving.start(byFlags);
  const { status, fields } = await answer("/about?a=/b");
  assertEquals(status, "HTTP/1.0 301 Moved Permanently");
  assertEquals(fields.get("Location"), "/about/?a=/b");
  // Two slashes would begin another host's name.
  assertEquals((await answer("//about")).fields.get("Location"), "/about/");
  const followed = await curl("--location", `${URL_HERE}/about`);
  assertStringIncludes(text(followed), "How this works");
});

test("sends a file again only if it is newer than If-Modified-Since", async () => {
  await using folder = await temporary();
  const path = `${folder.path}/file.txt`;
  await Deno.writeTextFile(path, "text");
  // With a fraction, which the field has not.
  const time = new Date("2020-02-02T02:02:02.600Z");
  await Deno.utime(path, time, time);
  await using _serving = await Serving.forFolder(folder.path);
  const { fields } = await answer("/file.txt");
  assertEquals(fields.get("Last-Modified"), "Sun, 02 Feb 2020 02:02:02 GMT");
  async function since(value: string, ...args: string[]): Promise<Answer> {
    return await answer(
      "/file.txt",
      ...["--header", `If-Modified-Since: ${value}`, ...args],
    );
  }
  for (
    const date of [
      "Sun, 02 Feb 2020 02:02:02 GMT",
      "Sun, 02 Feb 2020 02:02:03 GMT",
      "Sunday, 02-Feb-20 02:02:02 GMT",
    ]
  ) {
    const { status, body, fields } = await since(date);
    assertEquals(status, "HTTP/1.0 304 Not Modified", date);
    assertEquals(body.length, 0);
    assertEquals(fields.get("Content-Length"), undefined);
    assertEquals((await since(date, "--head")).status, status);
  }
  for (
    const date of [
      "Sun, 02 Feb 2020 02:02:01 GMT",
      "Sun Feb  2 23:02:02 2020", // of no time zone
      "yesterday",
      "",
    ]
  ) {
    const { status, body } = await since(date);
    assertEquals(status, "HTTP/1.0 200 OK", date);
    assertEquals(text(body), "text");
  }
  // curl's own: it compares with a file that it has.
  const again = await curl("--time-cond", path, `${URL_HERE}/file.txt`);
  assertEquals(again.length, 0);
});

test("serves no file outside its folder", async () => {
  await using folder = await temporary();
  const { path } = folder;
  await Deno.mkdir(`${path}/site/inner`, { recursive: true });
  await Deno.mkdir(`${path}/site-too`);
  await Deno.writeTextFile(`${path}/secret.txt`, "secret");
  await Deno.writeTextFile(`${path}/site-too/secret.txt`, "secret");
  await Deno.writeTextFile(`${path}/site/open.txt`, "open");
  const links = {
    "link.txt": "../secret.txt",
    "link": "..",
    "neighbour": "../site-too",
    "within.txt": "open.txt",
    "circle": "circle",
  };
  for (const [name, target] of Object.entries(links)) {
    await Deno.symlink(target, `${path}/site/${name}`);
  }
  // It may read more than it serves: that it refuses is its own doing.
  await using serving = await Serving.forFolder(`${path}/site`, {
    readable: path,
  });
  const ways = [
    ...["/../secret.txt", "/inner/../../secret.txt", "/./../secret.txt"],
    ...["/%2e%2e/secret.txt", "/%2E%2E/secret.txt", "/.%2e/secret.txt"],
    ...["/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt"],
    ...["/..\\secret.txt", "/inner/%2e%2e/%2e%2e/secret.txt"],
    ...[`/${path}/secret.txt`, `/%2f${path.slice(1)}/secret.txt`],
    ...["/../site-too/secret.txt", "/link.txt", "/link/secret.txt"],
    ...["/neighbour/secret.txt", "/circle", "/open.txt%00", "/%00"],
    ...["/secret.txt%00.txt", "/link/", "/..", "/../", "/."],
  ];
  for (const way of ways) {
    const { status, body } = await answer(way);
    assertEquals(status, "HTTP/1.0 404 Not Found", way);
    assert(!text(body).includes("secret"), way);
  }
  assertEquals(text((await answer("/within.txt")).body), "open");
  assertEquals((await serving.end()).length, ways.length + 1);
});

test("follows no link to a file that Deno does not let it read", async () => {
  await using folder = await temporary();
  const { path } = folder;
  await Deno.mkdir(`${path}/site`);
  await Deno.writeTextFile(`${path}/secret.txt`, "secret");
  await Deno.symlink("../secret.txt", `${path}/site/link.txt`);
  await using serving = await Serving.forFolder(`${path}/site`);
  assertEquals((await answer("/link.txt")).status, "HTTP/1.0 404 Not Found");
  await serving.end();
});

test("decodes names, and refuses bad encodings", async () => {
  await using folder = await temporary();
  const names = ["a b.txt", "smörgås.txt", "100%.txt", "a+b.txt", "c?d#e.txt"];
  for (const name of names) {
    await Deno.writeTextFile(`${folder.path}/${name}`, name);
  }
  await using _serving = await Serving.forFolder(folder.path);
  for (const name of names) {
    const { body } = await answer(`/${encodeURIComponent(name)}?query=x`);
    assertEquals(text(body), name);
  }
  assertEquals(text((await answer("/%61%20b%2Etxt")).body), "a b.txt");
  for (const path of ["/%", "/%zz", "/%ff", "/100%.txt"]) {
    assertEquals((await answer(path)).status, "HTTP/1.0 400 Bad Request", path);
  }
});

test("serves empty files, and bytes of no known type", async () => {
  await using folder = await temporary();
  await Deno.writeTextFile(`${folder.path}/empty.txt`, "");
  await Deno.writeTextFile(`${folder.path}/file.constructor`, "x");
  await using _serving = await Serving.forFolder(folder.path);
  const { status, fields, body } = await answer("/empty.txt");
  assertEquals(status, "HTTP/1.0 200 OK");
  assertEquals([fields.get("Content-Length"), body.length], ["0", 0]);
  assertEquals(
    (await answer("/file.constructor")).fields.get("Content-Type"),
    "application/octet-stream",
  );
  // A folder without an index.html.
  assertEquals((await answer("/")).status, "HTTP/1.0 404 Not Found");
});

test("serves all of a file of 64 MiB", async () => {
  await using folder = await temporary();
  const sent = `${folder.path}/big.bin`;
  const received = `${folder.path}/received.bin`;
  const piece = new Uint8Array(2 ** 20);
  for (let at = 0; at < piece.length; at += 65536) {
    crypto.getRandomValues(piece.subarray(at, at + 65536));
  }
  for (let number = 0; number < 64; number++) {
    piece[0] = number;
    await Deno.writeFile(sent, piece, { append: true });
  }
  await using _serving = await Serving.forFolder(folder.path);
  await curl("--output", received, `${URL_HERE}/big.bin`);
  assertEquals(await digest(received), await digest(sent));
});

async function digest(path: string): Promise<Uint8Array> {
  const file = await Deno.readFile(path);
  assertEquals(file.length, 2 ** 26);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", file));
}

test("serves many at once, more than it has room for", async () => {
  await using folder = await temporary();
  const data = crypto.getRandomValues(new Uint8Array(60_000));
  await Deno.writeFile(`${folder.path}/file`, data);
  await using serving = await Serving.forFolder(folder.path);
  await curl(
    ...["--parallel", "--parallel-max", "150", "--parallel-immediate"],
    ...["--output", `${folder.path}/got-#1`, `${URL_HERE}/file?[1-150]`],
  );
  for (let number = 1; number <= 150; number++) {
    const got = await Deno.readFile(`${folder.path}/got-${number}`);
    assertEquals(got, data, `${number}`);
  }
  assertEquals((await serving.end()).length, 150);
});

test("ignores Range, which HTTP/1.0 does not have", async () => {
  await using _serving = await Serving.start(byFlags);
  const { status, fields, body } = await answer("/icon.png", "--range", "0-3");
  assertEquals(status, "HTTP/1.0 200 OK");
  assertEquals(
    body,
    await Deno.readFile(new URL("examples/site/icon.png", ROOT)),
  );
  assertEquals(fields.get("Content-Length"), String(body.length));
});

test("refuses other methods, also with a body that it does not want", async () => {
  await using folder = await temporary();
  await Deno.writeFile(`${folder.path}/body`, new Uint8Array(4_000_000));
  await using _serving = await Serving.start(byFlags);
  for (const method of ["DELETE", "OPTIONS", "get", "X"]) {
    const { status } = await answer("/", "--request", method);
    assertEquals(status, "HTTP/1.0 501 Not Implemented", method);
  }
  const { status, body } = await answer(
    "/",
    ...["--data-binary", `@${folder.path}/body`, "--header", "Expect:"],
  );
  assertEquals(status, "HTTP/1.0 501 Not Implemented");
  assertStringIncludes(text(body), "<h1>501 Not Implemented</h1>");
});

test("refuses requests and fields that are too long", async () => {
  await using _serving = await Serving.start(byFlags);
  const { status } = await answer(`/${"x".repeat(9000)}`);
  assertEquals(status, "HTTP/1.0 414 URI Too Long");
  const tooLarge = "HTTP/1.0 431 Request Header Fields Too Large";
  const long = await answer("/", "--header", `X: ${"x".repeat(9000)}`);
  assertEquals(long.status, tooLarge);
  const fields = Array.from(
    { length: 101 },
    (_, index) => ["--header", `X-${index}: x`],
  );
  assertEquals((await answer("/", ...fields.flat())).status, tooLarge);
  const some = await answer("/", ...fields.slice(0, 90).flat());
  assertEquals(some.status, "HTTP/1.0 200 OK");
});
