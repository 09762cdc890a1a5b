// What of node:tls the engine leans on that node does not document. Where one of these
// fails after an update of Deno, socket/ssl/tls_engine.ts has to be looked at.
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { connect, createSecureContext, TLSSocket } from "node:tls";
import { identity } from "../../support/certificate.ts";

// deno-lint-ignore no-explicit-any
type Internals = any;

interface End {
  readonly raw: Duplex;
  readonly socket: TLSSocket & Internals;
  /** What it has sent, and has not been passed on. */
  readonly out: Uint8Array[];
  error: unknown;
}

function end(open: (raw: Duplex) => TLSSocket): End {
  const out: Uint8Array[] = [];
  const raw = new Duplex({
    allowHalfOpen: true,
    autoDestroy: false,
    read() {},
    write(bytes: Uint8Array, _encoding, done) {
      out.push(new Uint8Array(bytes));
      done();
    },
    destroy(_error, done) {
      done(null);
    },
  });
  const socket = open(raw);
  const one: End = { raw, socket, out, error: undefined };
  socket.on("readable", () => {});
  const fail = (error: unknown) => one.error ??= error;
  socket.on("error", fail);
  socket.on("_tlsError" as "error", fail);
  return one;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Passes on what each has sent, until neither sends any more. */
async function exchange(one: End, other: End): Promise<void> {
  for (let idle = 0; idle < 4; idle++) {
    await turn();
    for (const [from, to] of [[one, other], [other, one]]) {
      for (const bytes of from.out.splice(0)) {
        to.raw.push(Buffer.from(bytes));
        idle = 0;
      }
    }
  }
}

function ends(
  { server = {}, client = {} }: { server?: object; client?: object } = {},
): [client: End, server: End] {
  const secureContext = createSecureContext(identity("leaf"));
  return [
    end((socket) =>
      connect({
        socket,
        servername: "localhost",
        ca: identity("ca").cert,
        rejectUnauthorized: false,
        ...client,
      })
    ),
    end((raw) =>
      new TLSSocket(raw as never, { isServer: true, secureContext, ...server })
    ),
  ];
}

function destroy(...all: End[]): void {
  for (const { socket } of all) socket.destroy();
}

for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
  Deno.test(`_readableState.ended is true right after the record that ends TLS, and not before [${maxVersion}]`, async () => {
    const [client, server] = ends({ client: { maxVersion } });
    await exchange(client, server);
    assertEquals(client.socket.getProtocol(), maxVersion);
    server.socket.write("hello");
    server.socket.end();
    await turn();
    const records = server.out.splice(0);
    assert(records.length > 0);
    const all = Buffer.concat(records);
    let ended = false;
    for (let at = 0; at < all.length;) {
      assertEquals(ended, false);
      const size = 5 + all.readUInt16BE(at + 3);
      client.raw.push(all.subarray(at, at + size));
      at += size;
      ended = client.socket._readableState.ended;
    }
    assertEquals(ended, true);
    assertEquals(String(client.socket.read()), "hello");
    destroy(client, server);
    await turn();
  });

  Deno.test(`what is pushed is decrypted at once, and no more than is pushed [${maxVersion}]`, async () => {
    const [client, server] = ends({ client: { maxVersion } });
    await exchange(client, server);
    server.socket.write(Buffer.alloc(40_000, 7));
    await turn();
    assertEquals(client.socket.readableLength, 0);
    for (const bytes of server.out.splice(0)) {
      client.raw.push(Buffer.from(bytes));
    }
    assertEquals(client.socket.readableLength, 40_000);
    destroy(client, server);
    await turn();
  });
}

Deno.test("_handle.drainEncOut() gives the alert of a handshake that has failed", async () => {
  const [client, server] = ends();
  const handle = server.socket._handle;
  assertEquals(typeof handle.onerror, "function");
  let alert: Uint8Array | undefined;
  const { onerror } = handle;
  handle.onerror = function (error: unknown) {
    alert = new Uint8Array(handle.drainEncOut());
    return onerror.call(this, error);
  };
  await turn();
  server.raw.push(Buffer.from("16030300040f000000", "hex"));
  await turn();
  await turn();
  assert(server.error !== undefined);
  // A fatal alert in plain text.
  assertEquals([...alert!.subarray(0, 1), alert![5]], [21, 2]);
  destroy(client, server);
  await turn();
});

Deno.test("_handle.verifyError() tells a server what is wrong with a client's certificate", async () => {
  const verdictFor = async (client: object) => {
    const both = ends({
      client,
      server: {
        requestCert: true,
        rejectUnauthorized: true,
        secureContext: createSecureContext({
          ...identity("leaf"),
          ca: identity("ca").cert,
        }),
      },
    });
    await exchange(...both);
    const { error, socket } = both[1];
    const verdict = error === undefined ? socket._handle.verifyError() : error;
    destroy(...both);
    await turn();
    return verdict;
  };
  assertEquals(await verdictFor(identity("client")), "");
  for (const name of ["clientOfOther", "clientExpired"] as const) {
    assertEquals(
      await verdictFor(identity(name)),
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    );
  }
  const none = await verdictFor({}) as { code: string };
  assertEquals(none.code, "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE");
});

Deno.test("context.addCACert() adds to what is trusted", async () => {
  const secureContext = createSecureContext({});
  (secureContext.context as Internals).addCACert(identity("ca").cert);
  const both = ends({ client: { ca: undefined, secureContext } });
  await exchange(...both);
  assertEquals(both[0].socket.authorizationError ?? null, null);
  destroy(...both);
  await turn();
});

Deno.test("rejectUnauthorized: false leaves the verdict in authorizationError", async () => {
  const found = async (name: "expired" | "unknownCa" | "selfSigned") => {
    const secureContext = createSecureContext(identity(name));
    const both = ends({ server: { secureContext } });
    await exchange(...both);
    const { authorizationError } = both[0].socket;
    destroy(...both);
    await turn();
    return authorizationError;
  };
  assertEquals(await found("expired"), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  assertEquals(await found("unknownCa"), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  assertEquals(await found("selfSigned"), "DEPTH_ZERO_SELF_SIGNED_CERT");
});
