import { assertEquals, assertThrows } from "@std/assert";
import {
  certificateInfo,
  commonNamesOf,
  namesOf,
  readCertificate,
  subjectOf,
} from "../../../socket/ssl/certificate.ts";
import { PEMCertToDERCert } from "../../../socket/ssl/pem.ts";
import { certTimeToSeconds } from "../../../socket/ssl/time.ts";
import { identity } from "../../support/certificate.ts";
import { issue } from "../../support/x509.ts";

const both = PEMCertToDERCert(identity("both").cert);

Deno.test("certificateInfo() tells all of a certificate", () => {
  const info = certificateInfo(both);
  assertEquals(info.subject, [
    [["countryName", "DE"]],
    [["stateOrProvinceName", 'Zürich + "quoted", and more']],
    [["localityName", "Ülm"]],
    [["organizationName", "Berkeley\ntests"]],
    [["organizationalUnitName", "/CN=other"]],
    [["commonName", "both"]],
    [["emailAddress", "a@b.example"]],
  ]);
  assertEquals(info.issuer.flat().at(-1), ["commonName", "Test authority"]);
  assertEquals(info.version, 3);
  assertEquals(/^5A[0-9A-F]{16}$/.test(info.serialNumber), true);
  assertEquals(info.subjectAltName, [
    ["DNS", "localhost"],
    ["IP Address", "127.0.0.1"],
    ["IP Address", "0:0:0:0:0:0:0:1"],
    ["email", "a@b.example"],
    ["URI", "http://b.example/x"],
  ]);
  const life = certTimeToSeconds(info.notAfter) -
    certTimeToSeconds(info.notBefore);
  assertEquals(life, 366 * 86_400);
});

Deno.test("certificateInfo() leaves out names that are not there", () => {
  const info = certificateInfo(PEMCertToDERCert(identity("ca").cert));
  assertEquals("subjectAltName" in info, false);
});

Deno.test("certificateInfo() reads years from 2050 on", () => {
  const { cert } = issue({ subject: { CN: "far" }, days: [10_000, 20_000] });
  const { notAfter } = certificateInfo(PEMCertToDERCert(cert));
  const at = certTimeToSeconds(notAfter) * 1000;
  assertEquals(Math.abs(at - Date.now() - 20_000 * 86_400_000) < 60_000, true);
});

Deno.test("subjectOf() writes the subject for a message, without what moves the cursor", () => {
  assertEquals(
    subjectOf(both),
    'C=DE, ST=Zürich + "quoted", and more, L=Ülm, O=Berkeley?tests, OU=/CN=other, CN=both, emailAddress=a@b.example',
  );
  assertEquals(subjectOf(undefined), "");
});

Deno.test("namesOf() and commonNamesOf() give what hosts are compared with", () => {
  const certificate = readCertificate(both);
  const texts = namesOf(certificate, 2).map((one) =>
    new TextDecoder().decode(one)
  );
  assertEquals(texts, ["localhost"]);
  assertEquals(namesOf(certificate, 7)[0], Uint8Array.of(127, 0, 0, 1));
  assertEquals(commonNamesOf(certificate), ["both"]);
});

Deno.test("readCertificate() refuses what is none", () => {
  for (
    const bytes of [
      new Uint8Array(),
      Uint8Array.of(0x30, 0),
      both.subarray(0, 100),
      new Uint8Array(100),
    ]
  ) {
    assertThrows(() => readCertificate(bytes), RangeError, "Cannot read");
  }
});

Deno.test("readCertificate() throws nothing but RangeError at damaged ones", () => {
  for (let at = 0; at < both.length; at++) {
    for (const byte of [0, 0x30, 0x80, 0xff]) {
      const damaged = both.slice();
      damaged[at] = byte;
      try {
        certificateInfo(damaged);
      } catch (error) {
        if (!(error instanceof RangeError)) {
          throw new Error(`at ${at}: ${byte}`, { cause: error });
        }
      }
    }
  }
});
