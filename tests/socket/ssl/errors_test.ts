import { assert, assertEquals } from "@std/assert";
import { OSError } from "../../../socket/errors.ts";
import * as ssl from "../../../socket/ssl/mod.ts";

/** Python's classes, and their numbers when the module raises them. */
const classes = {
  SSLError: 1,
  SSLWantReadError: 2,
  SSLWantWriteError: 3,
  SSLSyscallError: 5,
  SSLZeroReturnError: 6,
  SSLEOFError: 8,
  SSLCertVerificationError: 1,
} as const;

for (const [name, number] of Object.entries(classes)) {
  const Class = ssl[name as keyof typeof classes];

  Deno.test(`${name} is an SSLError and an OSError, and has its name`, () => {
    const error = new Class("a text");
    assert(error instanceof ssl.SSLError && error instanceof OSError);
    assertEquals([error.name, error.message], [name, "a text"]);
    assertEquals([error.errno, error.reason], [undefined, undefined]);
    assertEquals(Object.keys(error).includes("reason"), false);
  });

  Deno.test(`${name} can be made of a number and a text, as in Python`, () => {
    const error = new Class(number, "a text");
    assertEquals(error.constructor, Class);
    assertEquals([error.errno, error.strerror], [number, "a text"]);
    assertEquals(error.message, `[Errno ${number}] a text`);
  });

  Deno.test(`${name} that the module throws has number, library and reason`, () => {
    const error = new Class({ syscall: "recv", code: "X", reason: "X" });
    assertEquals([error.errno, error.library, error.reason], [
      number,
      "SSL",
      "X",
    ]);
  });
}

Deno.test("SSLCertVerificationError is CertificateError, and has verifyCode and verifyMessage", () => {
  assertEquals(ssl.CertificateError, ssl.SSLCertVerificationError);
  const error = new ssl.SSLCertVerificationError({
    syscall: "shake hands",
    code: "CERTIFICATE_VERIFY_FAILED",
    reason: "CERTIFICATE_VERIFY_FAILED",
    verifyCode: 18,
    verifyMessage: "self-signed certificate",
  });
  assertEquals([error.verifyCode, error.verifyMessage], [
    18,
    "self-signed certificate",
  ]);
});
