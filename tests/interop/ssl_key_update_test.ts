import { assertEquals } from "@std/assert";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { createServer, type Socket } from "../../socket/mod.ts";
import { PROTOCOL_TLS_SERVER, SSLContext } from "../../socket/ssl/mod.ts";
import { certificate } from "../support/certificate.ts";
import { needsProgram } from "../support/foreign.ts";
import { bytes, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";

const { ca, cert, key } = certificate();

/** Runs openssl with files of PEM in place of the words that begin with "@". */
async function openssl(
  args: readonly string[],
): Promise<{ child: Deno.ChildProcess } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  for (const [name, pem] of Object.entries({ ca, cert, key })) {
    await Deno.writeTextFile(`${folder}/${name}`, pem);
  }
  const child = new Deno.Command("openssl", {
    args: args.map((word) => word.replace(/^@/, `${folder}/`)),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return {
    child,
    async [Symbol.asyncDispose]() {
      try {
        child.kill();
      } catch {
        // It has ended.
      }
      await child.stdin.close().catch(() => {});
      await child.stdout.cancel().catch(() => {});
      await child.stderr.cancel().catch(() => {});
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Receives a line. */
async function line(s: Socket): Promise<string> {
  let got = "";
  while (!got.endsWith("\n")) {
    const part = await s.recv(64);
    if (part.length === 0) break;
    got += text(part);
  }
  return got;
}

for (const driver of [sandbox, ...(hasPosix ? [posix] : [])]) {
  Deno.test({
    ...needsProgram("openssl", "version"),
    name:
      `SSLSocket.recv() and sendall() go on when the peer changes its keys, and asks for ours to be changed [${driver.name}]`,
    async fn() {
      using listener = createServer(["127.0.0.1", 0], { driver });
      const [, port] = listener.getsockname();
      await using client = await openssl([
        ..."s_client -quiet -no_ign_eof -tls1_3 -CAfile @ca -connect".split(
          " ",
        ),
        `127.0.0.1:${port}`,
      ]);
      const context = new SSLContext(PROTOCOL_TLS_SERVER);
      context.loadCertChain(cert, { keyfile: key });
      const [plain] = await listener.accept();
      await using s = await context.wrapSocket(plain as Socket, {
        serverSide: true,
      });
      const said = client.child.stdin.getWriter();
      const heard = client.child.stdout.getReader();
      const told = client.child.stderr.getReader();
      // s_client takes a line that begins with "K" or "k" as a command.
      for (const [round, command] of ["K", "k", "K", "K", "k"].entries()) {
        await said.write(bytes(`before ${round}\n`));
        assertEquals(await line(s as Socket), `before ${round}\n`);
        const receiving = line(s as Socket);
        await said.write(bytes(`${command}\n`));
        // Till then the next line would be part of the command's.
        let message = "";
        while (!message.includes("KEYUPDATE")) {
          message += text((await told.read()).value!);
        }
        await said.write(bytes(`after ${round}\n`));
        assertEquals(await receiving, `after ${round}\n`);
        await s.sendall(bytes(`answer ${round}\n`));
        let got = "";
        while (!got.endsWith("\n")) got += text((await heard.read()).value!);
        assertEquals(got, `answer ${round}\n`);
      }
      said.releaseLock();
      heard.releaseLock();
      told.releaseLock();
    },
  });
}
