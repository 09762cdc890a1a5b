// Peers that do not speak TLS, or break it off: what goes wrong is named as in CPython.
import { assertEquals } from "@std/assert";
import {
  createConnection,
  createServer,
  type Socket,
} from "../../socket/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { bytes } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { needsPython, runPython } from "../support/python.ts";
import { usualEnds } from "./ssl/meeting.ts";
import { contextOf, type Outcome, outcomeOf, prelude } from "./ssl/two_ends.ts";

type Role = "client" | "server";

/** Bytes in hexadecimal digits. */
const hex = (digits: string) => Uint8Array.fromHex(digits.replaceAll(" ", ""));

const plainText = {
  "an HTTP request": bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  "a POST request": bytes("POST / HTTP/1.1\r\n\r\n"),
  "a HEAD request": bytes("HEAD / HTTP/1.1\r\n\r\n"),
  "a PUT request": bytes("PUT / HTTP/1.1\r\n\r\n"),
  "a CONNECT request": bytes("CONNECT localhost:1 HTTP/1.1\r\n\r\n"),
  "an HTTP answer": bytes("HTTP/1.1 400 Bad Request\r\n\r\n"),
  "the greeting of a mail server": bytes("220 localhost ESMTP\r\n"),
  "the greeting of SSH": bytes("SSH-2.0-OpenSSH_9.2\r\n"),
  "a short line": bytes("QUIT\r\n"),
  "zeros": new Uint8Array(64),
  "bytes of 255": new Uint8Array(64).fill(255),
};

const records = {
  "a record of data of 65535 bytes": hex("17 0303 ffff 00"),
  "a record of a handshake of 65535 bytes": hex("16 0303 ffff 00"),
  "a MiB in records of data": new Uint8Array([
    0x17,
    3,
    3,
    0x10,
    0,
    ...new Uint8Array(1 << 20),
  ]),
  "a record of data before any keys": hex("17 0303 0005 68656c6c6f"),
  "a record of another version": hex("16 0903 0005 0100000100"),
  "a record of an unknown type": hex("1e 0303 0005 68656c6c6f"),
  "a change of ciphers at the beginning": hex("14 0303 0001 01"),
  "an empty record of a handshake": hex("16 0303 0000"),
  "a message of 16 MiB": hex("16 0301 0004 01ffffff"),
};

const ALERTS = [
  [10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60],
  [70, 71, 80, 86, 90, 100, 109, 110, 111, 112, 113, 114, 115, 116, 120],
].flat();

const alerts = Object.fromEntries(
  ALERTS.map((number) => [
    `alert ${number}`,
    new Uint8Array([21, 3, 3, 0, 2, 2, number]),
  ]),
);

const all: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "nothing": new Uint8Array(),
  ...plainText,
  ...records,
  "a close_notify": hex("15 0303 0002 0100"),
  ...alerts,
};

/** What the library says in another way, and why. */
const differences: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["GET", "POST", "HEAD", "PUT", "CONNECT"].map((method) => [
      `client: ${method === "GET" ? "an HTTP" : `a ${method}`} request`,
      "WRONG_VERSION_NUMBER: the engine says no more, and no client gets a request",
    ]),
  ),
  "client: a record of an unknown type":
    "WRONG_VERSION_NUMBER: the engine does not tell it from plain text",
  "client: an empty record of a handshake":
    "WRONG_VERSION_NUMBER: the engine refuses what OpenSSL passes over",
  "client: a message of 16 MiB":
    "WRONG_VERSION_NUMBER: the engine looks at its size first",
  "client: alert 115":
    "TLSV1_ALERT_UNKNOWN_PSK_IDENTITY: CPython 3.11 has no name for it",
  "client: alert 120":
    "TLSV1_ALERT_NO_APPLICATION_PROTOCOL: CPython 3.11 has no name for it",
};

const drivers = hasPosix ? [sandbox, posix] : [sandbox];

/** What CPython says when the peer sends bytes and ends the connection. */
async function expectedOf(role: Role): Promise<Record<string, Outcome>> {
  const cases = Object.fromEntries(
    Object.entries(all).map(([name, data]) => [name, data.toHex()]),
  );
  const ends = JSON.stringify({ ...usualEnds(), role });
  return JSON.parse(
    await runPython(
      `${prelude}
c = context("${role}")
c.minimum_version, c.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
host = {} if "${role}" == "server" else {"server_hostname": "localhost"}
result = {}
for name, data in json.loads(sys.stdin.readline()).items():
    incoming = ssl.MemoryBIO()
    s = c.wrap_bio(incoming, ssl.MemoryBIO(), server_side="${role}" == "server", **host)
    try:
        if "${role}" == "client":
            try: s.do_handshake()
            except ssl.SSLWantReadError: pass
        incoming.write(bytes.fromhex(data))
        incoming.write_eof()
        s.do_handshake()
    except OSError as e:
        result[name] = outcome(e)
say(result)
folder.cleanup()
`,
      { stdin: `${ends}\n${JSON.stringify(cases)}\n` },
    ),
  );
}

for (const driver of drivers) {
  for (const role of ["client", "server"] as const) {
    for (const ends of ["and ends", "and waits"] as const) {
      Deno.test({
        ...needsPython,
        name:
          `wrapSocket() of a ${role} names what a peer sends that speaks no TLS ${ends} as CPython [${driver.name}]`,
        async fn() {
          const expected = await expectedOf(role);
          const context = contextOf(role, usualEnds());
          context.minimumVersion = 771;
          const wrong: unknown[] = [];
          for (const [name, data] of Object.entries(all)) {
            // What is incomplete is waited for.
            if (ends === "and waits" && isIncomplete(name)) continue;
            await using listener = createServer(["127.0.0.1", 0], { driver });
            const peer = await createConnection(listener.getsockname());
            const [plain] = await listener.accept();
            plain.settimeout(10);
            const sending = peer.sendall(data)
              .then(() => ends === "and ends" && peer.shutdown(1))
              .catch(() => {});
            let error: unknown = null;
            try {
              const s = await context.wrapSocket(plain as Socket, {
                ...(role === "server"
                  ? { serverSide: true }
                  : { serverHostname: "localhost" }),
              });
              await s[Symbol.asyncDispose]();
            } catch (caught) {
              error = caught;
            }
            await plain[Symbol.asyncDispose]();
            await peer[Symbol.asyncDispose]();
            await sending;
            const ours = outcomeOf(error);
            const isSame =
              JSON.stringify(ours) === JSON.stringify(expected[name]);
            const mayDiffer = `${role}: ${name}` in differences;
            if (isSame === mayDiffer) {
              wrong.push({
                name,
                ours: `${ours?.class} ${ours?.reason}`,
                expected: `${expected[name]?.class} ${expected[name]?.reason}`,
              });
            }
          }
          assertEquals(wrong, []);
        },
      });
    }
  }
}

/** Whether a peer that sends this could send more that makes sense of it. */
function isIncomplete(name: string): boolean {
  return [
    "nothing",
    "a message of 16 MiB",
    "an empty record of a handshake",
    "a change of ciphers at the beginning",
  ].includes(name);
}
