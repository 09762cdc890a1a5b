// Promise 9 over TLS: an idle socket lets the process end by itself, a pending call
// keeps it alive.
import { assertEquals } from "@std/assert";
import { certificate } from "../support/certificate.ts";
import { hasPosix } from "../support/posix.ts";
import { runProgram } from "../support/program.ts";

const ssl = import.meta.resolve("../../socket/ssl/mod.ts");
const posix = import.meta.resolve("../../socket/posix/mod.ts");

const { ca, cert, key } = certificate();

const begin = (driver: string) => `
  ${driver === "POSIX" ? `import { posix } from "${posix}";` : ""}
  import { createConnection, createServer, MSG_DONTWAIT, setDefaultDriver } from "socket";
  import { PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, SSLContext } from "${ssl}";
  ${driver === "POSIX" ? "setDefaultDriver(posix);" : ""}
  const [ca, cert, key] = Deno.args;
  const listener = createServer(["127.0.0.1", 0]);
  const unwrapped = await createConnection(listener.getsockname());
  const [accepted] = await listener.accept();
  const clients = new SSLContext(PROTOCOL_TLS_CLIENT);
  clients.loadVerifyLocations({ cadata: ca });
  const servers = new SSLContext(PROTOCOL_TLS_SERVER);
  servers.loadCertChain(cert, { keyfile: key });
  const wrap = (more) => Promise.all([
    clients.wrapSocket(unwrapped, { serverHostname: "localhost", ...more }),
    servers.wrapSocket(accepted, { serverSide: true, ...more }),
  ]);
  const brief = { signal: AbortSignal.timeout(20) };`;

const shaken = "const [client, server] = await wrap();";
const unshaken =
  "const [client, server] = await wrap({ doHandshakeOnConnect: false });";

// The code 7 says that something kept it alive.
const end = "Deno.unrefTimer(setTimeout(() => Deno.exit(7), 200));";

/** Tells whether a program is still there when everything in it has been done. */
async function isKeptAlive(driver: string, code: string): Promise<boolean> {
  const { code: status, stderr } = await runProgram(
    `${begin(driver)}\n${code}\n${end}`,
    {
      flags: ["--allow-net", ...(driver === "POSIX" ? ["--allow-ffi"] : [])],
      args: [ca, cert, key],
      longest: 5000,
    },
  );
  assertEquals(stderr, "");
  if (status !== 0) assertEquals(status, 7);
  return status === 7;
}

const lets: [what: string, code: string][] = [
  ["a TLS connection, idle,", shaken],
  ["a TLS connection before its handshake", unshaken],
  [
    "a TLS connection after a timed-out recv()",
    `${shaken} client.settimeout(0.01); await client.recv(8).catch(() => {});`,
  ],
  [
    "a TLS connection after an aborted recv()",
    `${shaken} await client.recv(8, brief).catch(() => {});`,
  ],
  [
    "a TLS connection after a recv() that would have to wait",
    `${shaken} await client.recv(8, MSG_DONTWAIT).catch(() => {});`,
  ],
  [
    "a TLS connection after recv() and sendall()",
    `${shaken} await client.sendall(new Uint8Array(9)); await server.recv(4);`,
  ],
  [
    "a pending recv() of an unref'd TLS connection",
    `${shaken} client.unref(); client.recv(8);`,
  ],
  [
    "a TLS connection after a timed-out unwrap()",
    `${shaken} client.settimeout(0.01); await client.unwrap().catch(() => {});`,
  ],
  [
    "a TLS connection after a timed-out doHandshake()",
    `${unshaken} client.settimeout(0.01); await client.doHandshake().catch(() => {});`,
  ],
  ["a closed TLS connection", `${shaken} client.close(); server.close();`],
  [
    "a TLS connection that the peer has closed",
    `${shaken} server.close(); await client.recv(8);`,
  ],
];

const keeps: [what: string, code: string][] = [
  ["a pending recv() over TLS", `${shaken} client.recv(8);`],
  [
    "a pending recv() over TLS after one that timed out",
    `${shaken} client.settimeout(0.01); await client.recv(8).catch(() => {});
     client.settimeout(null); client.recv(8);`,
  ],
  ["a pending doHandshake()", `${unshaken} client.doHandshake();`],
  ["a pending unwrap()", `${shaken} client.unwrap();`],
  [
    "a pending unwrap() after a recv() that timed out",
    `${shaken} client.settimeout(0.01); await client.recv(8).catch(() => {});
     client.settimeout(null); client.unwrap();`,
  ],
  [
    "a pending recv() over TLS after an unwrap() that timed out",
    `${shaken} client.settimeout(0.01); await client.unwrap().catch(() => {});
     client.settimeout(null); client.recv(8);`,
  ],
  [
    "a pending recv() of a plain socket that unwrap() has given",
    `${shaken} client.settimeout(0.01); await client.recv(8).catch(() => {});
     client.settimeout(null);
     const [plain] = await Promise.all([client.unwrap(), server.unwrap()]);
     plain.recv(8);`,
  ],
  [
    "a pending sendall() over TLS",
    `${shaken} client.sendall(new Uint8Array(64 << 20));`,
  ],
];

for (const driver of ["sandboxed", ...(hasPosix ? ["POSIX"] : [])]) {
  for (const [rows, expected] of [[lets, false], [keeps, true]] as const) {
    for (const [what, code] of rows) {
      const does = expected
        ? "keeps the process alive"
        : "lets the process end";
      Deno.test(`${what} ${does} [${driver}]`, async () => {
        assertEquals(await isKeptAlive(driver, code), expected);
      });
    }
  }
}
