import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runForeign } from "../support/foreign.ts";
import { bytes, text, writeAll } from "../support/peers.ts";
import { needsPython, runPython } from "../support/python.ts";
import { readToEnd } from "../support/stream_servers.ts";
import { FOLDER, makeCertificates, needsOpenssl } from "./certificates.ts";
import { altered, commandsOf, copy, here, run, start } from "./process.ts";
import {
  type ClientExample,
  type ServerExample,
  testClient,
  testServer,
  testServing,
} from "./usual.ts";

const PORT = copy.port(50013);
const reached = {
  address: "127.0.0.1:50013",
  clear: makeCertificates,
  ...needsOpenssl,
};
const serverExample: ServerExample = {
  ...reached,
  name: "tls_echo_server",
  commands: [
    "deno run --allow-net=127.0.0.1:50013 --allow-read=certificates/cert.pem,certificates/key.pem examples/tls_echo_server.ts certificates",
    "deno run -P=tls_echo_server examples/tls_echo_server.ts certificates",
  ],
  first: "Listening on 127.0.0.1:50013, press Ctrl-C to stop\n",
  last: "Goodbye, clients cut off: 0\n",
  hold: () => Deno.listen({ hostname: "127.0.0.1", port: PORT }),
};
const clientExample: ClientExample = {
  ...reached,
  name: "tls_echo_client",
  commands: [
    "deno run --allow-net=127.0.0.1:50013 --allow-read=certificates/ca.pem examples/tls_echo_client.ts certificates",
    "deno run -P=tls_echo_client examples/tls_echo_client.ts certificates",
  ],
  refusal: "connection refused (ECONNREFUSED)",
};
const [server] = serverExample.commands;
const [client] = clientExample.commands;

testServer(serverExample);
testClient(clientExample);
testServing(serverExample, "tls_echo_client", {
  client: "Speaking TLSv1.3\nReceived Hello, world\n",
  server:
    /^(\[ "127\.0\.0\.1", \d+ \] TLSv1\.3 TLS_AES_256_GCM_SHA384\n){2}Goodbye, clients cut off: 0\n$/,
});

/** Registers a test for which the certificates are there. */
function test(name: string, fn: () => Promise<void>, needs = needsOpenssl) {
  Deno.test({
    name,
    ignore: needsOpenssl.ignore || needs.ignore,
    async fn() {
      await makeCertificates();
      await fn();
    },
  });
}

test("tls_echo_server serves openssl s_client by the line at its top", async () => {
  await using serving = start(server);
  await serving.printed("stop\n");
  const { stdout } = await runForeign("openssl", [
    ...["s_client", "-CAfile", `${FOLDER}/ca.pem`],
    ...["-connect", `127.0.0.1:${PORT}`],
  ], { stdin: "hello\n" });
  assertMatch(text(stdout), /Verify return code: 0 \(ok\)/);
});

test(
  "tls_echo_server serves CPython, while others say nothing or no TLS",
  async () => {
    await using serving = start(server);
    await serving.printed("stop\n");
    const address = { hostname: "127.0.0.1", port: PORT };
    using _silent = await Deno.connect(address);
    using plain = await Deno.connect(address);
    await writeAll(plain, bytes("GET / HTTP/1.0\r\n\r\n"));
    await readToEnd(plain);
    const printed = await runPython(
      `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
with context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[2]))), server_hostname="localhost") as s:
    for line in b"one\\n", b"two\\n":
        s.sendall(line)
        print(s.recv(100).decode(), end="")
`,
      { args: [`${FOLDER}/ca.pem`, String(PORT)] },
    );
    assertEquals(printed, "one\ntwo\n");
    serving.interrupt();
    const { code, stdout, stderr } = await serving.end();
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Goodbye, clients cut off: 1\n");
    assertMatch(stderr, /^Cannot shake hands .*HTTP.*\n$/);
  },
  needsPython,
);

test("tls_echo_server cuts off who does not shake hands in time", async () => {
  await using serving = start(await altered(server, { HANDSHAKE: 0.1 }));
  await serving.printed("stop\n");
  using silent = await Deno.connect({ hostname: "127.0.0.1", port: PORT });
  assertEquals(await readToEnd(silent), "");
  serving.interrupt();
  const { code, stderr } = await serving.end();
  assertEquals(code, 0);
  assertMatch(stderr, /^Cannot shake hands .*timed out.*\n$/);
});

test("tls_echo_client does not trust a server with another certificate", async () => {
  const folder = `${copy.folder}/others`;
  await Deno.mkdir(folder, { recursive: true });
  const { code } = await runForeign("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
      .split(" "),
    ..."-days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
      .split(" "),
    ...["-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`],
  ]);
  assertEquals(code, 0);
  await using serving = start(
    `${server.replace(/--allow-read=\S+/, "--allow-read=others")}`
      .replace(/certificates$/, "others"),
  );
  await serving.printed("stop\n");
  const ended = await run(client);
  assertEquals([ended.code, ended.stdout], [1, ""]);
  assertMatch(
    ended.stderr,
    /^Cannot shake hands .*certificate verify failed: self-signed certificate.*localhost.*\n$/,
  );
});

for (
  const [name, file, own] of [
    ["tls_echo_server", "cert.pem", server],
    ["tls_echo_client", "ca.pem", client],
  ]
) {
  test(`${name} names what it needs without permission to read`, async () => {
    const ended = await run(
      own.replace(/ --allow-read=\S+/, "")
        .replace("deno run", "deno run --no-prompt"),
    );
    assertEquals([ended.code, ended.stdout], [1, ""]);
    assertMatch(ended.stderr, /^Cannot load .*permission denied \(EACCES\)/);
    assertStringIncludes(
      ended.stderr,
      `run again with --allow-read=certificates/${file}\n`,
    );
  });

  test(`${name} says what it needs if no folder is given`, async () => {
    const ended = await run(own.replace(/ certificates$/, ""));
    assertEquals(ended, {
      code: 2,
      stdout: "",
      stderr: `Usage: ${name}.ts FOLDER\n`,
    });
  });

  test(`${name} says that there are no certificates`, async () => {
    const ended = await run(
      own.replace(/--allow-read=\S+/, "--allow-read=nowhere")
        .replace(/certificates$/, "nowhere"),
    );
    assertEquals(ended.code, 1);
    assertMatch(ended.stderr, /^Cannot load .*nowhere.*\(ENOENT\)\n$/);
  });
}

test("tls_echo_client names what it needs without permission to connect", async () => {
  const [call] = await commandsOf("tls_echo_client");
  const ended = await run(
    call.replace(/ --allow-net=\S+/, "")
      .replace("deno run", "deno run --no-prompt"),
  );
  assertEquals(
    ended.stderr,
    here(
      'Cannot connect to "127.0.0.1:50013": permission denied (EACCES); run again with --allow-net=127.0.0.1:50013\n',
    ),
  );
});
