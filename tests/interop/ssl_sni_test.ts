// The name of the server in a client's first message, and what a server makes of it.
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { sandbox } from "../../socket/sandbox/driver.ts";
import {
  PROTOCOL_TLS_SERVER,
  type SniCallback,
  SSLContext,
  SSLError,
} from "../../socket/ssl/mod.ts";
import type { Socket } from "../../socket/mod.ts";
import { identity } from "../support/certificate.ts";
import { text } from "../support/peers.ts";
import { needsPython } from "../support/python.ts";
import { meetTls, usualEnds } from "./ssl/meeting.ts";

const versions = ["TLSv1_2", "TLSv1_3"] as const;

/** What a client is told, and the name that it sends. */
const sent: readonly [host: string, name: string | null][] = [
  ["localhost", "localhost"],
  ["LocalHost", "LocalHost"],
  ["127.0.0.1", null],
  ["::1", null],
  ["könig.example", "xn--knig-5qa.example"],
];

/** Wraps a connection of CPython's client with a callback that refuses it; returns our error, and the reason that the client has. */
async function refuse(
  version: typeof versions[number],
  callback: SniCallback,
): Promise<{ error: SSLError; told: unknown }> {
  await using meeting = await meetTls(
    usualEnds(version),
    "server",
    sandbox,
    `
try:
    wrap(plain)
except ssl.SSLError as e:
    say(e.reason)
`,
  );
  const context = new SSLContext(PROTOCOL_TLS_SERVER);
  const { cert, key } = identity("leaf");
  context.loadCertChain(cert, { keyfile: key });
  context.sniCallback = callback;
  const error = await assertRejects(
    () => context.wrapSocket(meeting.plain, { serverSide: true }),
    SSLError,
  );
  return { error, told: await meeting.hear() };
}

for (const version of versions) {
  for (const [host, name] of sent) {
    Deno.test({
      ...needsPython,
      name:
        `wrapSocket() tells CPython the name ${name} for ${host} [${version}]`,
      async fn() {
        const ends = { ...usualEnds(version), host };
        const client = { trusts: undefined };
        await using meeting = await meetTls(
          { ...ends, client },
          "client",
          sandbox,
          `
c = context(role)
names = []
c.sni_callback = lambda s, name, context: names.append(name)
with c.wrap_socket(plain, server_side=True) as s:
    say(names)
    s.recv(1)
`,
        );
        await meeting.wrap();
        const [theirs] = await meeting.hear() as [string | null];
        assertEquals(
          theirs?.toLowerCase() ?? null,
          name?.toLowerCase() ?? null,
        );
      },
    });
  }

  Deno.test({
    ...needsPython,
    name:
      `SSLContext.sniCallback hears the name, and may set another context, at once or later [${version}]`,
    async fn() {
      for (const late of [false, true]) {
        await using meeting = await meetTls(
          { ...usualEnds(version), host: "other.example" },
          "server",
          sandbox,
          `
with wrap(plain) as s:
    say(s.getpeercert()["subjectAltName"])
    say(s.recv(10).decode())
`,
        );
        const context = new SSLContext(PROTOCOL_TLS_SERVER);
        const { cert, key } = identity("leaf");
        context.loadCertChain(cert, { keyfile: key });
        const other = new SSLContext(PROTOCOL_TLS_SERVER);
        const second = identity("secondLeaf");
        other.loadCertChain(second.cert, { keyfile: second.key });
        const heard: unknown[] = [];
        context.sniCallback = (s, name, original) => {
          heard.push(name, original === context, s.context === context);
          const set = () => void (s.context = other);
          if (!late) return set();
          return new Promise<void>((resolve) => setTimeout(resolve)).then(set);
        };
        await using s = await context.wrapSocket(meeting.plain, {
          serverSide: true,
        });
        assertEquals(heard, ["other.example", true, true]);
        assertEquals(s.context, other);
        assertEquals(await meeting.hear(), [["DNS", "other.example"]]);
        await s.sendall(new TextEncoder().encode("hello"));
        assertEquals(await meeting.hear(), "hello");
      }
    },
  });

  Deno.test({
    ...needsPython,
    name:
      `SSLContext.sniCallback hears null where no name is sent [${version}]`,
    async fn() {
      await using meeting = await meetTls(
        { ...usualEnds(version), host: "127.0.0.1" },
        "server",
        sandbox,
        "with wrap(plain) as s: s.sendall(b'x'); s.recv(1)",
      );
      const context = new SSLContext(PROTOCOL_TLS_SERVER);
      const { cert, key } = identity("leaf");
      context.loadCertChain(cert, { keyfile: key });
      let heard: unknown;
      context.sniCallback = (_s, name) => void (heard = name);
      await using s = await context.wrapSocket(meeting.plain, {
        serverSide: true,
      });
      assertEquals(heard, null);
      assertEquals(text(await (s as unknown as Socket).recv(1)), "x");
    },
  });

  /** What a callback does, and what CPython's client makes of it. */
  const refusals = {
    "an alert's number": [() => 112, "TLSV1_UNRECOGNIZED_NAME"],
    "another alert's number": [() => 40, "SSLV3_ALERT_HANDSHAKE_FAILURE"],
  } as const;
  for (const [what, [callback, reason]] of Object.entries(refusals)) {
    Deno.test({
      ...needsPython,
      name:
        `SSLContext.sniCallback refuses a client by ${what}, which it is told [${version}]`,
      async fn() {
        const { told } = await refuse(version, callback);
        assertEquals(told, reason);
      },
    });
  }

  Deno.test({
    ...needsPython,
    name:
      `SSLContext.sniCallback that throws ends the handshake, and its error is the cause [${version}]`,
    async fn() {
      const { error, told } = await refuse(version, () => {
        throw new RangeError("mine");
      });
      assertEquals(error.reason, "CALLBACK_FAILED");
      assertInstanceOf(error.cause, RangeError);
      assertEquals(told, "SSLV3_ALERT_HANDSHAKE_FAILURE");
    },
  });
}
