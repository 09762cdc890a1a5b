// CPython's ssl at the other end: both roles, both versions, both drivers.
import { assertEquals, assertRejects } from "@std/assert";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { CERT_OPTIONAL, SSLError } from "../../socket/ssl/mod.ts";
import { SHUT_WR, type Socket } from "../../socket/mod.ts";
import { identity } from "../support/certificate.ts";
import { checksum } from "../support/checksum.ts";
import { receiveAll } from "../support/cpython_peer.ts";
import { bytes, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { needsPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { meetTls, type TlsMeeting, usualEnds } from "./ssl/meeting.ts";
import type { Ends } from "./ssl/two_ends.ts";

type Role = "client" | "server";

const MIB = 1 << 20;
const drivers = hasPosix ? [sandbox, posix] : [sandbox];

/** Runs a test for both ends, versions and drivers. */
function test(
  name: string,
  code: string,
  fn: (meeting: TlsMeeting, ends: Ends, role: Role) => Promise<void>,
  change: (ends: Ends) => Ends = (ends) => ends,
): void {
  for (const driver of drivers) {
    for (const version of ["TLSv1_2", "TLSv1_3"] as const) {
      for (const role of ["client", "server"] as const) {
        Deno.test({
          ...needsPython,
          name: `${name} [${role}, ${version}, ${driver.name}]`,
          async fn() {
            const ends = change(usualEnds(version));
            await using meeting = await meetTls(ends, role, driver, code);
            await fn(meeting, ends, role);
          },
        });
      }
    }
  }
}

async function receiveExactly(s: Socket, count: number): Promise<Uint8Array> {
  const all = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const part = await s.recv(count - at);
    if (part.length === 0) throw new Error(`the end after ${at} bytes`);
    all.set(part, at);
    at += part.length;
  }
  return all;
}

test(
  "SSLSocket.sendall() and recv() exchange lines with CPython, and version(), cipher() and getpeercert() agree",
  `
with wrap(plain) as s:
    s.sendall(s.recv(100).upper())
    say([s.version(), s.cipher()[0], s.getpeercert() if role == "client" else None])
    s.recv(1)
`,
  async ({ wrap, hear }, { version }, role) => {
    const s = await wrap();
    await s.sendall(bytes("hello"));
    assertEquals(text(await s.recv(100)), "HELLO");
    const name = version.replace("_", ".");
    const [theirs, cipher, certificate] = await hear() as unknown[];
    assertEquals([s.version(), s.cipher()![0]], [theirs, cipher]);
    assertEquals(theirs, name);
    if (role === "server") return assertEquals(s.getpeercert(), null);
    assertEquals(certificate, null);
    assertEquals(
      s.getpeercert(true),
      Uint8Array.fromBase64(
        identity("leaf").cert.replace(/-----[^-]+-----|\n/g, ""),
      ),
    );
  },
);

test(
  "SSLSocket.getpeercert() tells what CPython's tells",
  `
with wrap(plain) as s:
    say(s.getpeercert())
    s.recv(1)
`,
  async ({ wrap, hear }, _ends, role) => {
    const s = await wrap();
    const theirs = await hear();
    // Both have the same certificate.
    assertEquals(JSON.parse(JSON.stringify(s.getpeercert())), theirs, role);
  },
  (ends) => ({
    ...ends,
    server: { identity: identity("both"), trusts: identity("ca").cert },
    client: { identity: identity("both"), trusts: identity("ca").cert },
  }),
);

test(
  `SSLSocket.sendall() and recv() carry 4 MiB both ways at once`,
  `
data = random.randbytes(${4 * MIB})
with wrap(plain) as s:
    say(hashlib.sha256(data).hexdigest())
    say(exchange(s, data, ${4 * MIB}))
    s.recv(1)
`,
  async ({ wrap, hear }) => {
    const s = await wrap();
    const theirs = await hear();
    const data = new Random().bytes(4 * MIB);
    const [received] = await Promise.all([
      receiveExactly(s, data.length),
      s.sendall(data),
    ]);
    assertEquals(checksum(received), theirs);
    assertEquals(await hear(), checksum(data));
  },
);

test(
  "SSLSocket.shutdown(SHUT_WR) tells CPython the end, and what it sends then arrives",
  `
# OpenSSL 3 takes no more after the peer's close_notify unless it is asked for.
with wrap(plain) as s:
    say(read_all(s).decode())
    s.sendall(b"and yet it moves" * 1000)
`,
  async ({ wrap, hear }) => {
    const s = await wrap();
    await s.sendall(bytes("the end"));
    s.shutdown(SHUT_WR);
    assertEquals(await hear(), "the end");
    assertEquals(
      text(await receiveAll(s as unknown as Socket)),
      "and yet it moves".repeat(1000),
    );
  },
);

test(
  "SSLSocket.unwrap() asked for by us gives the plain socket, with no byte lost",
  `
s = wrap(plain)
s.sendall(b"last")
say(s.recv(1).decode())
say(len(s.recv(100)))
# The peer's close_notify has come; this answers it, and plain bytes follow at once.
plain = s.unwrap()
plain.sendall(b"plain")
say(read_exactly(plain, 5).decode())
plain.close()
`,
  async ({ wrap, hear }) => {
    const s = await wrap();
    assertEquals(text(await s.recv(100)), "last");
    await s.sendall(bytes("x"));
    assertEquals(await hear(), "x");
    await using plain = await s.unwrap();
    assertEquals(await hear(), 0);
    await plain.sendall(bytes("ours!"));
    assertEquals(text(await plain.recv(100)), "plain");
    assertEquals(await hear(), "ours!");
    assertEquals((await plain.recv(100)).length, 0);
  },
);

test(
  "SSLSocket.unwrap() asked for by CPython gives the plain socket",
  `
s = wrap(plain)
s.sendall(b"bye")
plain = s.unwrap()
say("unwrapped")
plain.sendall(b"plain")
say(read_exactly(plain, 5).decode())
plain.close()
`,
  async ({ wrap, hear }) => {
    const s = await wrap();
    assertEquals(text(await s.recv(100)), "bye");
    assertEquals((await s.recv(100)).length, 0);
    await using plain = await s.unwrap();
    await plain.sendall(bytes("ours!"));
    assertEquals(await hear(), "unwrapped");
    assertEquals(text(await plain.recv(100)), "plain");
    assertEquals(await hear(), "ours!");
  },
);

test(
  "SSLSocket.unwrap() keeps plain bytes that come in one piece behind the end of TLS",
  `
# All that Python sends goes through a buffer, to be sent at once.
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
c = context(role)
o = c.wrap_bio(incoming, outgoing, server_side=role == "server",
               **({} if role == "server" else {"server_hostname": ends["host"]}))

def until(step):
    while True:
        try:
            result = step()
            plain.sendall(outgoing.read())
            return result
        except ssl.SSLWantReadError:
            plain.sendall(outgoing.read())
            incoming.write(plain.recv(65536))

until(o.do_handshake)
say(until(lambda: o.read(5)).decode())
o.write(b"the last of TLS")
try:
    o.unwrap()
except ssl.SSLWantReadError:
    pass
# A whole record in looks, so that nobody may look for a header in it.
plain.sendall(outgoing.read() + b"\\x17\\x03\\x03\\x00\\x05plain" + b"*" * 1000)
say(len(read_all(plain)) > 0)
plain.close()
`,
  async ({ wrap, hear }) => {
    const s = await wrap();
    await s.sendall(bytes("hello"));
    assertEquals(await hear(), "hello");
    assertEquals(
      text(await receiveExactly(s as unknown as Socket, 15)),
      "the last of TLS",
    );
    assertEquals((await s.recv(100)).length, 0);
    await using plain = await s.unwrap();
    const expected = `\x17\x03\x03\x00\x05plain${"*".repeat(1000)}`;
    assertEquals(
      text(await receiveExactly(plain, expected.length)),
      expected,
    );
    plain.shutdown(SHUT_WR);
    assertEquals(await hear(), true);
  },
);

test(
  "SSLContext.wrapSocket() begins in the middle of a plain conversation, as STARTTLS",
  `
if role == "server":
    line = plain.recv(100)
    plain.sendall(b"220 go ahead\\r\\n")
else:
    plain.sendall(b"STARTTLS\\r\\n")
    plain.recv(100)
with wrap(plain) as s:
    s.sendall(s.recv(100)[::-1])
    s.recv(1)
`,
  async ({ plain, wrap }, _ends, role) => {
    if (role === "client") {
      await plain.sendall(bytes("STARTTLS\r\n"));
      assertEquals(text(await plain.recv(100)), "220 go ahead\r\n");
    } else {
      // Just the line, for TLS may follow at once.
      const line = await receiveExactly(plain, 10);
      assertEquals(text(line), "STARTTLS\r\n");
      await plain.sendall(bytes("220 go ahead\r\n"));
    }
    const s = await wrap();
    await s.sendall(bytes("olleh"));
    assertEquals(text(await s.recv(100)), "hello");
  },
);

for (const mode of ["required", "optional"] as const) {
  test(
    `SSLSocket.getpeercert() tells a client's certificate where one is ${mode}`,
    `
with wrap(plain) as s:
    say(s.getpeercert()["subject"])
    s.sendall(b"x")
    s.recv(1)
`,
    async ({ wrap, hear }, _ends, role) => {
      const s = await wrap();
      assertEquals(text(await s.recv(1)), "x");
      const client = [[["commonName", "a client"]]];
      const theirs = await hear();
      const ours = (s.getpeercert() as { subject: unknown }).subject;
      assertEquals(role === "server" ? ours : theirs, client);
    },
    (ends) => ({
      ...ends,
      server: {
        identity: identity("leaf"),
        trusts: identity("ca").cert,
        ...(mode === "optional" ? { verifyMode: CERT_OPTIONAL } : {}),
      },
      client: { identity: identity("client"), trusts: identity("ca").cert },
    }),
  );
}

/** What both offer, and what they agree on. */
const protocols: readonly [
  client: string[],
  server: string[],
  string | null,
][] = [
  [["h2", "http/1.1"], ["http/1.1", "h2"], "http/1.1"],
  [["h2", "http/1.1"], ["http/1.1"], "http/1.1"],
  [["h2"], ["http/1.1"], null],
  [["h2"], [], null],
  [[], ["h2"], null],
];

for (const [client, server, agreed] of protocols) {
  test(
    `SSLSocket.selectedAlpnProtocol() is ${agreed} for [${client}] and [${server}]`,
    `
with wrap(plain) as s:
    s.sendall(b"x")
    say(s.selected_alpn_protocol())
    s.recv(1)
`,
    async ({ wrap, hear }) => {
      const s = await wrap();
      await s.recv(1);
      assertEquals([s.selectedAlpnProtocol(), await hear()], [agreed, agreed]);
    },
    (ends) => ({
      ...ends,
      client: {
        ...ends.client,
        ...(client.length > 0 ? { alpn: client } : {}),
      },
      server: {
        ...ends.server,
        ...(server.length > 0 ? { alpn: server } : {}),
      },
    }),
  );
}

test(
  "SSLSocket.recv() is SSLEOFError at an end without close_notify if it is told so",
  `
s = wrap(plain)
s.sendall(b"cut")
say(s.recv(1).decode())
# The system closes it, and says nothing of TLS.
os._exit(0)
`,
  async ({ wrap, hear }) => {
    const s = await wrap({ suppressRaggedEofs: false });
    assertEquals(text(await s.recv(100)), "cut");
    await s.sendall(bytes("x"));
    assertEquals(await hear(), "x");
    const error = await assertRejects(() => s.recv(100), SSLError);
    assertEquals(
      [error.name, error.reason],
      ["SSLEOFError", "UNEXPECTED_EOF_WHILE_READING"],
    );
  },
);

test(
  "SSLSocket.recv() takes an end without close_notify for the end",
  `
s = wrap(plain)
s.sendall(b"cut")
say(s.recv(1).decode())
os._exit(0)
`,
  async ({ wrap, hear }) => {
    const s = await wrap();
    assertEquals(text(await s.recv(100)), "cut");
    await s.sendall(bytes("x"));
    assertEquals(await hear(), "x");
    assertEquals((await s.recv(100)).length, 0);
  },
);

test(
  "SSLSocket.recv() takes a close_notify for the end whatever it is told of others",
  `
s = wrap(plain)
s.sendall(b"end")
say(s.recv(1).decode())
s.unwrap()
`,
  async ({ wrap, hear }) => {
    const s = await wrap({ suppressRaggedEofs: false });
    assertEquals(text(await s.recv(100)), "end");
    await s.sendall(bytes("x"));
    assertEquals(await hear(), "x");
    assertEquals((await s.recv(100)).length, 0);
  },
);
