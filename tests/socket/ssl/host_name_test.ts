import { assertEquals } from "@std/assert";
import { readCertificate } from "../../../socket/ssl/certificate.ts";
import { isAddress, mismatchOf } from "../../../socket/ssl/host_name.ts";
import { PEMCertToDERCert } from "../../../socket/ssl/pem.ts";
import { issue } from "../../support/x509.ts";

/** A certificate's names, a host, and whether it is one of them. */
const pairs: readonly [names: string[], host: string, isOne: boolean][] = [
  [["DNS:a.example"], "a.example", true],
  [["DNS:a.example"], "A.EXAMPLE", true],
  [["DNS:A.Example"], "a.example", true],
  [["DNS:a.example"], "b.a.example", false],
  [["DNS:a.example"], "xa.example", false],
  [["DNS:a.example"], "a.example.", false],
  [["DNS:a.example", "DNS:b.example"], "b.example", true],
  [["DNS:*.example.org"], "a.example.org", true],
  [["DNS:*.example.org"], "a-b.example.org", true],
  [["DNS:*.example.org"], "xn--knig-5qa.example.org", true],
  [["DNS:*.example.org"], "example.org", false],
  [["DNS:*.example.org"], "a.b.example.org", false],
  [["DNS:*.example.org"], "*.example.org", true],
  [["DNS:*.org"], "example.org", false],
  [["DNS:*"], "example", false],
  [["DNS:a*.example.org"], "ab.example.org", false],
  [["DNS:*a.example.org"], "ba.example.org", false],
  [["DNS:a.*.org"], "a.example.org", false],
  [["DNS:*.*.org"], "a.example.org", false],
  [["DNS:**.example.org"], "a.example.org", false],
  [["DNS:xn--knig-5qa.example"], "könig.example", true],
  [["DNS:*.xn--knig-5qa.example"], "a.könig.example", true],
  [["IP:127.0.0.1"], "127.0.0.1", true],
  [["IP:127.0.0.1"], "127.0.0.2", false],
  [["DNS:127.0.0.1"], "127.0.0.1", false],
  [["IP:::1"], "::1", true],
  [["IP:::1"], "0:0:0:0:0:0:0:1", true],
  [["IP:::1"], "::2", false],
  [["IP:127.0.0.1"], "::ffff:127.0.0.1", false],
  [["IP:127.0.0.1"], "subject", true], // the common name, for want of others
  [["email:subject"], "subject", true],
  [["DNS:a.example"], "subject", false],
  [[], "subject", true],
  [[], "other", false],
  [["DNS:a.example, DNS:b.example"], "b.example", false],
  [["DNS:a.example\0.b.example"], "a.example", false],
];

Deno.test("mismatchOf() finds a host among the names of a certificate", () => {
  for (const [names, host, isOne] of pairs) {
    const { cert } = issue({ subject: { CN: "subject" }, names });
    const certificate = readCertificate(PEMCertToDERCert(cert));
    const verdict = mismatchOf(host, certificate);
    assertEquals(verdict === undefined, isOne, `${names} and ${host}`);
  }
});

Deno.test("mismatchOf() says how, as OpenSSL does", () => {
  const { cert } = issue({ subject: { CN: "subject" } });
  const certificate = readCertificate(PEMCertToDERCert(cert));
  assertEquals(mismatchOf("Ülm.example", certificate), [
    62,
    "Hostname mismatch, certificate is not valid for 'xn--lm-wka.example'.",
  ]);
  assertEquals(mismatchOf("::1", certificate), [
    64,
    "IP address mismatch, certificate is not valid for '::1'.",
  ]);
});

Deno.test("isAddress() tells addresses from names", () => {
  for (const host of ["127.0.0.1", "::1", "fe80::1"]) {
    assertEquals(isAddress(host), true, host);
  }
  for (const host of ["localhost", "127.0.0.1.example", "1:2", ""]) {
    assertEquals(isAddress(host), false, host);
  }
});
