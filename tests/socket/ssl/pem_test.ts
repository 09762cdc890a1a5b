import { assertEquals, assertThrows } from "@std/assert";
import {
  DERCertToPEMCert,
  PEMCertToDERCert,
  splitPem,
} from "../../../socket/ssl/pem.ts";
import { identity } from "../../support/certificate.ts";

Deno.test("DERCertToPEMCert() gives lines of 64 letters, which PEMCertToDERCert() takes back", () => {
  for (const size of [0, 1, 2, 3, 47, 48, 49, 1000]) {
    const der = Uint8Array.from({ length: size }, (_, at) => at & 0xff);
    const text = DERCertToPEMCert(der);
    const lines = text.split("\n").slice(1, -2);
    assertEquals(lines.slice(0, -1).every(({ length }) => length === 64), true);
    assertEquals(PEMCertToDERCert(text), der);
  }
});

Deno.test("DERCertToPEMCert() and PEMCertToDERCert() keep a real certificate", () => {
  const { cert } = identity("leaf");
  assertEquals(DERCertToPEMCert(PEMCertToDERCert(cert)), cert);
  assertEquals(PEMCertToDERCert(`\n ${cert} \r\n`), PEMCertToDERCert(cert));
});

Deno.test("PEMCertToDERCert() refuses what is no certificate", () => {
  const { cert } = identity("leaf");
  for (
    const text of ["", "x", cert.slice(1), cert.trim().slice(0, -1), `${cert}x`]
  ) {
    assertThrows(
      () => PEMCertToDERCert(text),
      RangeError,
      "it must begin with",
    );
  }
  assertThrows(
    () => PEMCertToDERCert(cert.replace("MII", "M*I")),
    RangeError,
    "not base64",
  );
});

Deno.test("splitPem() finds the certificates in a text", () => {
  const one = identity("leaf");
  const other = identity("ca");
  const text = `junk ${one.cert}${one.key} between ${other.cert} behind`;
  assertEquals(splitPem(text), [one.cert.trim(), other.cert.trim()]);
  assertEquals(splitPem(text.replaceAll("\n", "\r\n")).length, 2);
  assertEquals(splitPem(one.key), []);
  assertEquals(splitPem(""), []);
});
