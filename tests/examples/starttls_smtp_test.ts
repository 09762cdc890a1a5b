import { assert, assertEquals, assertMatch } from "@std/assert";
import { retry } from "@std/async/retry";
import { Duplex } from "node:stream";
import { createSecureContext, TLSSocket } from "node:tls";
import { certificate } from "../support/certificate.ts";
import { needsProgram } from "../support/foreign.ts";
import { bytes, text, writeAll } from "../support/peers.ts";
import { FOLDER, makeCertificates, needsOpenssl } from "./certificates.ts";
import { commandsOf, copy, here, ROOT, run, Running } from "./process.ts";

const commands = [
  "deno run --allow-net=127.0.0.1:50015 --allow-read=certificates/ca.pem examples/starttls_smtp.ts certificates/ca.pem",
  "deno run -P=starttls_smtp examples/starttls_smtp.ts certificates/ca.pem",
];
const [command] = commands;
const PORT = copy.port(50015);
const address = { hostname: "127.0.0.1", port: PORT };

Deno.test("starttls_smtp names its commands", async () => {
  assertEquals(await commandsOf("starttls_smtp"), commands);
});

/** Starts the mail server of the line at the top; it prints the mails that it gets. */
async function startServer(): Promise<Running> {
  const file = new URL("examples/starttls_smtp.ts", ROOT);
  const [, line] = /^ \* +(aiosmtpd .*)$/m.exec(await Deno.readTextFile(file))!;
  const [program, ...args] = here(line).split(" ");
  const running = new Running(
    new Deno.Command(program, {
      args,
      cwd: copy.folder,
      env: { PYTHONUNBUFFERED: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
  // It does not say when it listens.
  for (let tries = 0; tries < 500; tries++) {
    try {
      (await Deno.connect(address)).close();
      return running;
    } catch (error) {
      assert(error instanceof Deno.errors.ConnectionRefused, `${error}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  await using _ = running;
  throw new Error("aiosmtpd does not listen");
}

const needsServer = needsProgram("aiosmtpd", "--version");

for (const typed of commands) {
  Deno.test({
    ignore: needsServer.ignore || needsOpenssl.ignore,
    name: `starttls_smtp sends a mail through aiosmtpd [${typed}]`,
    async fn() {
      await makeCertificates();
      await using server = await startServer();
      const { code, stdout, stderr } = await run(typed);
      assertEquals([code, stderr], [0, ""]);
      assertMatch(
        stdout,
        /^< 220 .*\n> EHLO localhost\n(< 250.*\n)+> STARTTLS\n< 220 .*\n\* TLSv1\.3 with TLS_AES_256_GCM_SHA384\n> EHLO localhost\n(< 250.*\n)+> MAIL FROM:<ann@example\.com>\n< 250 .*\n> RCPT TO:<bob@example\.com>\n< 250 .*\n> DATA\n< 354 .*\n> \.\n< 250 .*\n> QUIT\n< 221 .*\n$/,
      );
      const printed = await server.printed("END MESSAGE");
      assertMatch(
        printed,
        /\nSubject: Over TLS\n(.*\n)*\nNobody else has read this\.\n\.and no dot at the beginning of a line is lost\n/,
      );
    },
  });
}

/** Runs the example with a server that says these lines, one after each of the client's. */
async function converse(...answers: readonly string[]) {
  await makeCertificates();
  // The server of the test before may not be gone yet.
  // deno-lint-ignore require-await -- what it throws rejects
  using listener = await retry(async () => Deno.listen(address), {
    maxAttempts: 50,
    minTimeout: 20,
    maxTimeout: 100,
  });
  const serving = (async () => {
    using conn = await listener.accept();
    const heard: string[] = [];
    const buffer = new Uint8Array(4096);
    for (const answer of answers) {
      await writeAll(conn, bytes(answer));
      const count = await conn.read(buffer).catch(() => null);
      if (count === null) break;
      heard.push(text(buffer.subarray(0, count)));
    }
    return heard;
  })();
  const ended = await run(command);
  return { ...ended, heard: await serving };
}

/** Registers a test of a server that is none. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...needsOpenssl, name: `starttls_smtp ${name}`, fn });
}

test("sends nothing to a server that does not offer STARTTLS", async () => {
  const { code, stderr, heard } = await converse("220 hello\r\n", "250 no\r\n");
  assertEquals([code, stderr], [1, "The server does not speak TLS\n"]);
  assertEquals(heard, ["EHLO localhost\r\n"]);
});

test("sends nothing to a server that refuses STARTTLS", async () => {
  const { code, stderr } = await converse(
    "220 hello\r\n",
    "250-a\r\n250 STARTTLS\r\n",
    "454 not now\r\n",
  );
  assertEquals([code, stderr], [1, "The server says: 454 not now\n"]);
});

test("sends nothing where somebody speaks behind STARTTLS without TLS", async () => {
  const { code, stderr } = await converse(
    "220 hello\r\n",
    "250 STARTTLS\r\n",
    "220 go\r\n250 injected\r\n",
  );
  assertEquals(
    [code, stderr],
    [1, "The server says more than it was asked\n"],
  );
});

test("says that a server does not speak TLS though it said so", async () => {
  const { code, stderr } = await converse(
    "220 hello\r\n",
    "250 STARTTLS\r\n",
    "220 go\r\n",
    "250 what?\r\n",
  );
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot shake hands .*the peer does not speak TLS.*\n$/);
});

test("says that a server hangs up", async () => {
  const { code, stderr } = await converse();
  assertEquals([code, stderr], [1, "The server has hung up\n"]);
});

test("says that nobody listens", async () => {
  await makeCertificates();
  const { code, stderr } = await run(command);
  assertEquals(code, 1);
  assertEquals(
    stderr,
    here(
      'Cannot connect to "127.0.0.1:50015": connection refused (ECONNREFUSED)\n',
    ),
  );
});

test("does not trust a mail server of another authority", async () => {
  await makeCertificates();
  const [cert, key] = await Promise.all(
    ["cert.pem", "key.pem"].map((name) =>
      Deno.readTextFile(`${FOLDER}/${name}`)
    ),
  );
  using listener = Deno.listen(address);
  const serving = (async () => {
    const conn = await listener.accept();
    for (const answer of ["220 hello", "250 STARTTLS", "220 go"]) {
      await writeAll(conn, bytes(`${answer}\r\n`));
      if (answer !== "220 go") await conn.read(new Uint8Array(4096));
    }
    const tls = new TLSSocket(Duplex.fromWeb(conn) as never, {
      isServer: true,
      secureContext: createSecureContext({ cert, key }),
    });
    await new Promise((resolve) => {
      tls.on("error", resolve);
      tls.on("close", resolve);
      tls.on("end", resolve);
      tls.resume();
    });
    tls.destroy();
  })();
  await Deno.writeTextFile(`${copy.folder}/other_ca.pem`, certificate().ca);
  const { code, stderr } = await run(
    command.replaceAll("certificates/ca.pem", "other_ca.pem"),
  );
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot shake hands .*certificate verify failed.*\n$/);
  await serving;
});

test("says what it needs if no file is given", async () => {
  assertEquals(await run(command.replace(/ certificates\/ca.pem$/, "")), {
    code: 2,
    stdout: "",
    stderr: "Usage: starttls_smtp.ts FILE\n",
  });
});
