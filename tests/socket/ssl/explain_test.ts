import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { OSError, osError } from "../../../socket/errors.ts";
import { SSLEOFError, SSLError } from "../../../socket/ssl/errors.ts";
import { eof, explain } from "../../../socket/ssl/explain.ts";

const fields = { syscall: "recv" };

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

/** What Deno 2.9's engine says, and what that is called. */
const reasons: readonly [message: string, code: string, reason: string][] = [
  [
    "received corrupt message of type InvalidContentType (SSL routines:ssl3_get_record:wrong version number)",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "WRONG_VERSION_NUMBER",
  ],
  [
    "received corrupt message of type MessageTooLarge (SSL routines:ssl3_get_record:wrong version number)",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "PACKET_LENGTH_TOO_LONG",
  ],
  [
    "peer is incompatible: Tls12NotOfferedOrEnabled",
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "UNSUPPORTED_PROTOCOL",
  ],
  [
    "peer is incompatible: SupportedVersionsExtensionRequired",
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "UNSUPPORTED_PROTOCOL",
  ],
  [
    "peer is incompatible: NoCipherSuitesInCommon",
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "NO_SHARED_CIPHER",
  ],
  [
    "peer did not return a certificate",
    "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE",
  ],
  [
    "cannot decrypt peer's message",
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
  ],
  [
    "received fatal alert: HandshakeFailure",
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
  ],
  [
    "received fatal alert: CertificateRequired",
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
  ],
  ["something new", "ERR_SSL_SOMETHING_NEW", "SOMETHING_NEW"],
  ["something else", "", "SSL_ERROR"],
];

Deno.test("explain() gives the engine's errors OpenSSL's names", () => {
  for (const [message, code, reason] of reasons) {
    const cause = failure(message, code);
    const error = explain(cause, fields);
    assertInstanceOf(error, SSLError);
    assertEquals([error.reason, error.library], [reason, "SSL"], message);
    assertEquals(error.errno, 1);
    assertStrictEquals(error.cause, cause);
  }
});

Deno.test("explain() leaves errors of the system as they are", () => {
  const error = osError({ ...fields, code: "ECONNRESET" });
  assertStrictEquals(explain(error, fields), error);
});

Deno.test("explain() names a stream of the engine that is gone", () => {
  for (const code of ["EPIPE", "ERR_STREAM_DESTROYED"]) {
    const error = explain(failure("gone", code), { syscall: "send" });
    assertInstanceOf(error, OSError);
    assertEquals(error.name, "BrokenPipeError");
  }
});

Deno.test("explain() names an end in the handshake", () => {
  const error = explain(
    failure(
      "Client network socket disconnected before secure TLS connection was established",
      "ECONNRESET",
    ),
    fields,
  );
  assertInstanceOf(error, SSLEOFError);
});

Deno.test("explain() takes what is no error object", () => {
  assertEquals((explain("text", fields) as SSLError).reason, "SSL_ERROR");
});

Deno.test("eof() is SSLEOFError 8, as in Python", () => {
  const error = eof({ ...fields, address: ["127.0.0.1", 1] });
  assertEquals([error.errno, error.reason, error.name], [
    8,
    "UNEXPECTED_EOF_WHILE_READING",
    "SSLEOFError",
  ]);
});
