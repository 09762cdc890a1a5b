import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { OSError, PermissionError } from "../../../socket/errors.ts";
import {
  CERT_NONE,
  CERT_OPTIONAL,
  CERT_REQUIRED,
  OP_ALL,
  OP_NO_SSLv3,
  OP_NO_TLSv1_2,
  OP_NO_TLSv1_3,
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLS_SERVER,
  SSLContext,
  SSLError,
  TLSVersion,
  type VerifyMode,
} from "../../../socket/ssl/mod.ts";
import { PEMCertToDERCert } from "../../../socket/ssl/pem.ts";
import { chain, identity } from "../../support/certificate.ts";

const client = () => new SSLContext(PROTOCOL_TLS_CLIENT);
const server = () => new SSLContext(PROTOCOL_TLS_SERVER);

function reasonOf(fn: () => unknown): string | undefined {
  return assertThrows(fn, SSLError).reason;
}

Deno.test("SSLContext() begins as Python's", () => {
  const ours = client();
  assertEquals(
    [ours.protocol, ours.verifyMode, ours.checkHostname],
    [PROTOCOL_TLS_CLIENT, CERT_REQUIRED, true],
  );
  const theirs = server();
  assertEquals(
    [theirs.protocol, theirs.verifyMode, theirs.checkHostname],
    [PROTOCOL_TLS_SERVER, CERT_NONE, false],
  );
  assertEquals([ours.minimumVersion, ours.maximumVersion], [
    TLSVersion.TLSv1_2,
    TLSVersion.MAXIMUM_SUPPORTED,
  ]);
  for (const protocol of [0, 2, 5, NaN]) {
    assertThrows(() => new SSLContext(protocol), RangeError, "protocol");
  }
});

Deno.test("SSLContext.verifyMode and checkHostname hold each other, as in Python", () => {
  const context = client();
  assertThrows(
    () => context.verifyMode = CERT_NONE,
    RangeError,
    "checkHostname",
  );
  assertEquals(context.verifyMode, CERT_REQUIRED);
  context.checkHostname = false;
  context.verifyMode = CERT_NONE;
  context.checkHostname = true;
  assertEquals(context.verifyMode, CERT_REQUIRED);
  context.verifyMode = CERT_OPTIONAL;
  context.checkHostname = true;
  assertEquals(context.verifyMode, CERT_OPTIONAL);
  for (const mode of [-1, 3]) {
    assertThrows(() => context.verifyMode = mode as VerifyMode, RangeError);
  }
  assertThrows(() => context.verifyMode = "2" as never, TypeError);
});

Deno.test("SSLContext.minimumVersion and maximumVersion take versions only", () => {
  const context = client();
  for (const version of Object.values(TLSVersion)) {
    context.minimumVersion = version;
    assertEquals(context.minimumVersion, version);
    context.maximumVersion = version;
    assertEquals(context.maximumVersion, version);
  }
  assertThrows(() => context.minimumVersion = 0 as never, RangeError);
  assertThrows(() => context.maximumVersion = 773 as never, RangeError);
});

Deno.test("SSLContext.secureContext() refuses versions of which none is left", () => {
  const left = (change: (context: SSLContext) => void) => () => {
    const context = client();
    change(context);
    context.secureContext();
  };
  const none = [
    left((each) => each.maximumVersion = TLSVersion.TLSv1_1),
    left((each) => {
      each.minimumVersion = TLSVersion.TLSv1_3;
      each.maximumVersion = TLSVersion.TLSv1_2;
    }),
    left((each) => each.options |= OP_NO_TLSv1_2 | OP_NO_TLSv1_3),
    left((each) => {
      each.options |= OP_NO_TLSv1_3;
      each.minimumVersion = TLSVersion.TLSv1_3;
    }),
  ];
  for (const fn of none) assertEquals(reasonOf(fn), "NO_PROTOCOLS_AVAILABLE");
  left((each) => each.minimumVersion = TLSVersion.SSLv3)();
});

Deno.test("SSLContext.options keeps what always holds, and refuses what cannot be had", () => {
  const context = client();
  const first = context.options;
  assertEquals(first & OP_NO_SSLv3, OP_NO_SSLv3);
  assertEquals((first & OP_ALL) >>> 0, OP_ALL);
  context.options |= OP_NO_TLSv1_3;
  assertEquals(context.options, (first | OP_NO_TLSv1_3) >>> 0);
  context.options = 0;
  assertEquals(context.options, first);
  const error = assertThrows(() => context.options |= 0x4000, OSError);
  assertEquals(error.code, "EOPNOTSUPP");
  assertThrows(() => context.options = NaN, TypeError);
  assertThrows(() => context.options = 2 ** 32, RangeError);
});

Deno.test("SSLContext.setAlpnProtocols() takes names of 1 to 255 ASCII characters", () => {
  const context = client();
  context.setAlpnProtocols(new Set(["h2", "x".repeat(255)]));
  assertEquals(context.alpnProtocols, ["h2", "x".repeat(255)]);
  for (const name of ["", "x".repeat(256), "ü", 1 as never]) {
    assertThrows(() => context.setAlpnProtocols(["h2", name]), RangeError);
  }
  assertEquals(context.alpnProtocols.length, 2);
  context.setAlpnProtocols([]);
  assertEquals(context.alpnProtocols, []);
});

Deno.test("SSLContext.setCiphers() is refused", () => {
  const error = assertThrows(() => client().setCiphers("ALL"), OSError);
  assertEquals(error.code, "EOPNOTSUPP");
});

Deno.test("SSLContext.loadCertChain() takes text, bytes and chains, in one text or two", () => {
  const { cert, key } = chain("ofIntermediate", "intermediate");
  const bytes = (text: string) => new TextEncoder().encode(text);
  const context = server();
  context.loadCertChain(cert, { keyfile: key });
  context.loadCertChain(cert + key);
  context.loadCertChain(key + cert);
  context.loadCertChain(bytes(cert), { keyfile: bytes(key) });
  for (const name of ["rsa", "ed25519", "leaf"] as const) {
    const { cert, key } = identity(name);
    context.loadCertChain(cert, { keyfile: key });
    context.secureContext();
  }
});

Deno.test("SSLContext.loadCertChain() says what is wrong", () => {
  const { cert, key } = identity("leaf");
  const context = server();
  const load = (one: string, keyfile?: string) => () =>
    context.loadCertChain(one, { keyfile });
  assertEquals(
    reasonOf(load(cert, identity("ca").key)),
    "KEY_VALUES_MISMATCH",
  );
  assertEquals(
    reasonOf(load(cert, identity("rsa").key)),
    "KEY_VALUES_MISMATCH",
  );
  for (
    const fn of [
      load(cert),
      load(key),
      load("-----BEGIN nothing"),
      load(cert, cert),
      load(
        cert,
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
      ),
      load(cert.replace("MII", "AAA"), key),
    ]
  ) assertEquals(reasonOf(fn), "PEM_LIB");
  // What was there before stays, and a server needs one.
  assertEquals(
    reasonOf(() => context.secureContext()),
    "NO_CERTIFICATE_SET",
  );
  assertThrows(() => context.loadCertChain(7 as never), TypeError);
});

Deno.test({
  name:
    "SSLContext.loadCertChain() and loadVerifyLocations() name the permission for a file",
  permissions: { read: false },
  fn() {
    const loads = [
      () => server().loadCertChain("/etc/none.pem"),
      () => server().loadCertChain(new URL("file:///etc/none.pem")),
      () => client().loadVerifyLocations({ cafile: "/etc/none.pem" }),
    ];
    for (const load of loads) {
      const error = assertThrows(load, PermissionError, "--allow-read=");
      assertEquals(error.code, "EACCES");
    }
    const { cert, key } = identity("leaf");
    server().loadCertChain(cert, { keyfile: key });
    client().loadVerifyLocations({ cadata: cert });
  },
});

Deno.test("SSLContext.loadVerifyLocations() and getCaCerts() keep what is trusted, once", () => {
  const context = client();
  assertEquals(context.getCaCerts(), []);
  const ca = identity("ca").cert;
  const der = PEMCertToDERCert(ca);
  context.loadVerifyLocations({ cadata: ca });
  context.loadVerifyLocations({ cadata: `junk\n${ca}${ca}` });
  context.loadVerifyLocations({ cafile: ca, cadata: der });
  assertEquals(context.getCaCerts(true), [der]);
  assertEquals(context.getCaCerts()[0].subject.flat().at(-1), [
    "commonName",
    "Test authority",
  ]);
  context.loadVerifyLocations({ cadata: identity("otherCa").cert });
  assertEquals(context.getCaCerts().length, 2);
  assertThrows(() => context.loadVerifyLocations({}), TypeError);
  assertEquals(
    reasonOf(() => context.loadVerifyLocations({ cadata: "" })),
    "PEM_LIB",
  );
  assertEquals(
    reasonOf(() => context.loadVerifyLocations({ cadata: new Uint8Array(9) })),
    "PEM_LIB",
  );
});

Deno.test("SSLContext.authorities is undefined where the runtime's own are among them", () => {
  const context = client();
  context.loadVerifyLocations({ cadata: identity("ca").cert });
  assertEquals(context.authorities?.length, 1);
  context.loadDefaultCerts();
  assertEquals(context.authorities, undefined);
  // Needs no permission, as a list of them would.
  context.secureContext();
});

Deno.test("SSLContext.secureContext() is made once, and again after each change", () => {
  const { cert, key } = identity("leaf");
  const changes: ((context: SSLContext) => void)[] = [
    (each) => each.loadCertChain(cert, { keyfile: key }),
    (each) => each.loadVerifyLocations({ cadata: cert }),
    (each) => each.loadDefaultCerts(),
    (each) => each.checkHostname = false,
    (each) => each.verifyMode = CERT_NONE,
    (each) => each.checkHostname = true,
    (each) => each.minimumVersion = TLSVersion.TLSv1_3,
    (each) => each.maximumVersion = TLSVersion.TLSv1_3,
    (each) => each.options |= OP_NO_TLSv1_2,
  ];
  const context = client();
  let last = context.secureContext();
  for (const change of changes) {
    assertStrictEquals(context.secureContext(), last);
    change(context);
    assertEquals(context.secureContext() === last, false, String(change));
    last = context.secureContext();
  }
});
