import { assertEquals, assertMatch } from "@std/assert";
import { certificate, identity } from "../support/certificate.ts";
import { makeCertificates, needsOpenssl } from "./certificates.ts";
import { commandsOf, copy, here, ROOT, run, Running } from "./process.ts";

const commands = [
  "deno run --allow-net=example.com:443 examples/https_get.ts https://example.com/",
  "deno run -P=https_get examples/https_get.ts https://example.com/",
  "deno run --allow-net=127.0.0.1:50014 --allow-read=certificates/ca.pem examples/https_get.ts https://127.0.0.1:50014/ certificates/ca.pem",
  "deno run -P=https_get examples/https_get.ts https://127.0.0.1:50014/ certificates/ca.pem",
];
const [, , byFlags, bySet] = commands;
const withoutFile = byFlags.replace(" certificates/ca.pem", "");
const PORT = copy.port(50014);

Deno.test("https_get names its commands", async () => {
  assertEquals(await commandsOf("https_get"), commands);
});

/** Starts the web server of the line at the top. */
async function startServer(): Promise<Running> {
  const text = await Deno.readTextFile(new URL("examples/https_get.ts", ROOT));
  const [, line] = /^ \* +(openssl s_server .*)$/m.exec(text)!;
  const [program, ...args] = here(line).split(" ");
  const options = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const running = new Running(
    new Deno.Command(program, { args, cwd: copy.folder, ...options }).spawn(),
  );
  await running.printed("ACCEPT");
  return running;
}

/** Registers a test for which there is the server. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `https_get ${name}`,
    ...needsOpenssl,
    async fn() {
      await makeCertificates();
      await using _server = await startServer();
      await fn();
    },
  });
}

for (const command of [byFlags, bySet]) {
  test(`tells of the answer of openssl s_server [${command}]`, async () => {
    const { code, stdout, stderr } = await run(command);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(
      stdout,
      /^Status: HTTP\/1\.0 200 ok\nVersion: TLSv1\.3\nCipher: TLS_AES_256_GCM_SHA384\nSubject: commonName=localhost\nBytes: \d{3,}\n$/,
    );
  });
}

test("trusts Deno's authorities if no file is given", async () => {
  const refused = await run(withoutFile);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertMatch(
    refused.stderr,
    /^Cannot shake hands .*certificate verify failed: unable to get local issuer certificate.*localhost.*\n$/,
  );
  const { code, stdout } = await run(
    withoutFile.replace("deno run", "deno run --cert=certificates/ca.pem"),
  );
  assertEquals(code, 0);
  assertMatch(stdout, /^Status: HTTP\/1\.0 200 ok\n/);
});

Deno.test("https_get does not trust a certificate of another name", async () => {
  await Deno.writeTextFile(`${copy.folder}/deno_ca.pem`, certificate().ca);
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, ...identity("wrongName"), onListen() {} },
    () => new Response(),
  );
  const { code, stdout, stderr } = await run(
    byFlags.replaceAll("50014", String(server.addr.port))
      .replaceAll("certificates/ca.pem", "deno_ca.pem"),
  );
  assertEquals([code, stdout], [1, ""]);
  assertMatch(
    stderr,
    /^Cannot shake hands .*IP address mismatch.*127\.0\.0\.1/,
  );
});

Deno.test("https_get tells of the answer of a server of Deno's", async () => {
  const { ca, cert, key } = certificate();
  await Deno.writeTextFile(`${copy.folder}/deno_ca.pem`, ca);
  const asked: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} },
    (request) => {
      asked.push(`${request.method} ${request.url}`);
      return new Response("x".repeat(100_000), { status: 404 });
    },
  );
  const { port } = server.addr;
  const { code, stdout, stderr } = await run(
    byFlags.replaceAll("50014/", `${port}/a/b?c=d`)
      .replaceAll("50014", String(port))
      .replaceAll("certificates/ca.pem", "deno_ca.pem"),
  );
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^Status: HTTP\/1\.1 404 Not Found\nVersion: TLSv1\.3\n/);
  assertMatch(stdout, /\nSubject: .*commonName=localhost\n/);
  assertMatch(stdout, /\nBytes: 100\d{3}\n$/);
  assertEquals(asked, [`GET https://127.0.0.1:${port}/a/b?c=d`]);
});

Deno.test({
  name: "https_get says that nobody listens",
  ...needsOpenssl,
  async fn() {
    await makeCertificates();
    assertEquals(await run(byFlags), {
      code: 1,
      stdout: "",
      stderr:
        `Cannot connect to "127.0.0.1:${PORT}": connection refused (ECONNREFUSED)\n`,
    });
  },
});

Deno.test("https_get names what it needs without permission to connect", async () => {
  const [command] = commands;
  const { code, stderr } = await run(
    command.replace(/ --allow-net=\S+/, "")
      .replace("deno run", "deno run --no-prompt"),
  );
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^Cannot .*permission denied \(EACCES\); run again with --allow-net=example\.com:443\n$/,
  );
});

for (const url of ["", "http://example.com/", "example.com"]) {
  Deno.test(`https_get says what it needs where that is "${url}"`, async () => {
    const command = `deno run examples/https_get.ts ${url}`.trim();
    assertEquals(await run(command), {
      code: 2,
      stdout: "",
      stderr: "Usage: https_get.ts https://HOST/PATH [FILE]\n",
    });
  });
}
