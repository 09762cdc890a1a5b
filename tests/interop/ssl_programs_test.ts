// OpenSSL's own programs, curl and gnutls-cli at the other end.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  createConnection,
  createServer,
  type Socket,
} from "../../socket/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import {
  CERT_REQUIRED,
  type SSLContext,
  SSLError,
  type SSLSocket,
} from "../../socket/ssl/mod.ts";
import { identity } from "../support/certificate.ts";
import { receiveAll } from "../support/cpython_peer.ts";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { LineProcess } from "../support/line_process.ts";
import { bytes, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { certificateFiles } from "./ssl/files.ts";
import { clientContext, serverContext } from "../support/ssl_contexts.ts";

const needsOpenssl = needsProgram("openssl", "version");
const needsCurl = needsProgram("curl", "--version");
const needsGnutls = needsProgram("gnutls-cli", "--version");

const drivers = hasPosix ? [sandbox, posix] : [sandbox];
const versions = ["1.2", "1.3"] as const;

/** Serves the next client, and gives the error if that fails. */
async function serveOne(
  listener: Socket,
  context: SSLContext,
  serve: (s: Socket, secure: SSLSocket) => Promise<void>,
): Promise<unknown> {
  const [plain] = await listener.accept();
  plain.settimeout(20);
  try {
    await using s = await context.wrapSocket(plain as Socket, {
      serverSide: true,
    });
    await serve(s as unknown as Socket, s);
  } catch (error) {
    return error;
  } finally {
    await plain[Symbol.asyncDispose]();
  }
}

/** Receives a line, with its end. */
async function receiveLine(s: Socket): Promise<string> {
  let line = "";
  while (!line.endsWith("\n")) {
    const part = await s.recv(1024);
    if (part.length === 0) break;
    line += text(part);
  }
  return line;
}

for (const driver of drivers) {
  for (const version of versions) {
    const where = `[TLS ${version}, ${driver.name}]`;
    const option = `-tls1_${version.at(-1)}`;

    Deno.test({
      ...needsOpenssl,
      name: `wrapSocket() of a server serves openssl s_client ${where}`,
      async fn() {
        await using files = await certificateFiles("ca", "client");
        await using listener = createServer(["127.0.0.1", 0], { driver });
        const context = serverContext();
        context.loadVerifyLocations({ cadata: identity("ca").cert });
        context.verifyMode = CERT_REQUIRED;
        context.setAlpnProtocols(["echo"]);
        const { port } = { port: listener.getsockname()[1] };
        const [output, error] = await Promise.all([
          runForeign(
            "openssl",
            `s_client -connect 127.0.0.1:${port} -servername localhost -verify_hostname localhost -verify_return_error -CAfile ${
              files.path("ca.pem")
            } -cert ${files.path("client.pem")} -key ${
              files.path("client.key")
            } -alpn other,echo ${option} -brief -ign_eof`.split(" "),
            { stdin: "hello\n" },
          ),
          serveOne(listener as Socket, context, async (s, secure) => {
            assertEquals(secure.version(), `TLSv${version}`);
            assertEquals(secure.selectedAlpnProtocol(), "echo");
            await s.sendall(bytes(`${await receiveLine(s)}and bye\n`));
          }),
        ]);
        assertEquals([error, output.code], [undefined, 0], output.stderr);
        assertEquals(text(output.stdout), "hello\nand bye\n");
        assertStringIncludes(output.stderr, `Protocol version: TLSv${version}`);
        assertStringIncludes(output.stderr, "Verification: OK");
      },
    });

    Deno.test({
      ...needsOpenssl,
      name: `wrapSocket() of a client speaks to openssl s_server ${where}`,
      async fn() {
        await using files = await certificateFiles("ca", "leaf", "client");
        const command =
          `exec openssl s_server -accept 127.0.0.1:0 -naccept 1 -cert ${
            files.path("leaf.pem")
          } -key ${
            files.path("leaf.key")
          } -Verify 2 -verify_return_error -CAfile ${
            files.path("ca.pem")
          } ${option} -rev 2>&1`;
        await using program = new LineProcess(
          new Deno.Command("sh", {
            args: ["-c", command],
            stdin: "piped",
            stdout: "piped",
          }).spawn(),
        );
        const said: string[] = [];
        let port: number | undefined;
        while (port === undefined) {
          const line = await program.readLine();
          if (line === undefined) throw new Error(said.join("\n"));
          said.push(line);
          port = Number(/^ACCEPT .*:(\d+)$/.exec(line)?.[1]) || undefined;
        }
        const context = clientContext();
        const { cert, key } = identity("client");
        context.loadCertChain(cert, { keyfile: key });
        const plain = await createConnection(["127.0.0.1", port], { driver });
        plain.settimeout(20);
        const s = await context.wrapSocket(plain as Socket, {
          serverHostname: "localhost",
        });
        await s.sendall(bytes("hello\n"));
        assertEquals(await receiveLine(s as unknown as Socket), "olleh\n");
        await s[Symbol.asyncDispose]();
        for (let line; (line = await program.readLine()) !== undefined;) {
          said.push(line);
        }
        const output = said.join("\n");
        assertStringIncludes(output, `Protocol version: TLSv${version}`);
        assertStringIncludes(output, "Peer certificate: CN = a client");
        assertStringIncludes(output, "Verification: OK");
        assertEquals((await program.status).code, 0, output);
      },
    });

    Deno.test({
      ...needsCurl,
      name: `wrapSocket() of a server serves curl ${where}`,
      async fn() {
        await using files = await certificateFiles("ca", "otherCa");
        await using listener = createServer(["127.0.0.1", 0], { driver });
        const context = serverContext();
        context.setAlpnProtocols(["http/1.1"]);
        const port = listener.getsockname()[1];
        const curl = (ca: string) =>
          runForeign("curl", [
            ..."-sS --max-time 20 --noproxy * --write-out".split(" "),
            " %{http_code} %{ssl_verify_result}",
            ...`--tlsv${version} --tls-max ${version} --cacert`.split(" "),
            files.path(ca),
            ..."--resolve".split(" "),
            `localhost:${port}:127.0.0.1`,
            `https://localhost:${port}/path`,
          ]);
        // One that does not trust us is no trouble for the next.
        const [refused, error] = await Promise.all([
          curl("otherCa.pem"),
          serveOne(listener as Socket, context, async (s) => {
            await receiveLine(s);
          }),
        ]);
        assertEquals(refused.code, 60, refused.stderr);
        assertEquals(
          (error as SSLError).reason,
          "TLSV1_ALERT_UNKNOWN_CA",
          String(error),
        );
        const body = "x".repeat(300_000);
        const [output, none] = await Promise.all([
          curl("ca.pem"),
          serveOne(listener as Socket, context, async (s, secure) => {
            assertEquals(secure.selectedAlpnProtocol(), "http/1.1");
            let request = "";
            while (!request.endsWith("\r\n\r\n")) {
              request += text(await s.recv(1024));
            }
            assertEquals(request.split("\r\n")[0], "GET /path HTTP/1.1");
            await s.sendall(bytes(
              `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
            ));
          }),
        ]);
        assertEquals([none, output.code], [undefined, 0], output.stderr);
        assertEquals(text(output.stdout), `${body} 200 0`);
      },
    });

    Deno.test({
      ...needsGnutls,
      name: `wrapSocket() of a server serves gnutls-cli ${where}`,
      async fn() {
        await using files = await certificateFiles("ca");
        await using listener = createServer(["127.0.0.1", 0], { driver });
        const port = listener.getsockname()[1];
        const line = "hello ".repeat(10_000);
        const [output, error] = await Promise.all([
          runForeign("gnutls-cli", [
            `--x509cafile=${files.path("ca.pem")}`,
            `--port=${port}`,
            "--sni-hostname=localhost",
            "--verify-hostname=localhost",
            `--priority=NORMAL:-VERS-ALL:+VERS-TLS${version}`,
            "127.0.0.1",
          ], { stdin: `${line}\n` }),
          serveOne(listener as Socket, serverContext(), async (s, secure) => {
            // It ends its half, and reads on.
            const received = text(await receiveAll(s));
            assertEquals(received, `${line}\n`);
            await s.sendall(bytes(`${secure.version()} ${received.length}\n`));
          }),
        ]);
        const said = text(output.stdout);
        assertEquals(
          [error, output.code],
          [undefined, 0],
          said + output.stderr,
        );
        assertStringIncludes(said, "The certificate is trusted");
        assertStringIncludes(said, `Description: (TLS${version}`);
        assertStringIncludes(said, `TLSv${version} ${line.length + 1}\n`);
      },
    });
  }

  Deno.test({
    ...needsOpenssl,
    name:
      `wrapSocket() of a server refuses openssl s_client where it has no version in common [${driver.name}]`,
    async fn() {
      await using listener = createServer(["127.0.0.1", 0], { driver });
      const context = serverContext();
      context.minimumVersion = 772;
      const port = listener.getsockname()[1];
      const [output, error] = await Promise.all([
        runForeign(
          "openssl",
          `s_client -connect 127.0.0.1:${port} -tls1_2 -brief`.split(" "),
        ),
        serveOne(listener as Socket, context, async () => {}),
      ]);
      await assertRejects(() => Promise.reject(error), SSLError);
      assertEquals((error as SSLError).reason, "UNSUPPORTED_PROTOCOL");
      assertEquals(output.code, 1);
      assertStringIncludes(output.stderr, "alert protocol version");
    },
  });
}
