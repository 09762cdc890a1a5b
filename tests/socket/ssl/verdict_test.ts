import { assertEquals } from "@std/assert";
import { Purpose } from "../../../socket/ssl/constants.ts";
import { PEMCertToDERCert } from "../../../socket/ssl/pem.ts";
import { staleOf, verdictOf } from "../../../socket/ssl/verdict.ts";
import { identity, type IdentityName } from "../../support/certificate.ts";

const der = (name: IdentityName) => PEMCertToDERCert(identity(name).cert);
const pem = (name: IdentityName) => identity(name).cert;

function judge(
  sent: readonly IdentityName[],
  trusted: readonly IdentityName[] | undefined,
  more: object = {},
): number {
  const [number] = verdictOf(sent.map(der), {
    authorities: trusted?.map(pem),
    purpose: Purpose.SERVER_AUTH,
    ...more,
  });
  return number;
}

Deno.test("verdictOf() says why certificates are not trusted; tests/interop/ compares with CPython", () => {
  assertEquals(judge(["expired"], ["ca"]), 10);
  assertEquals(judge(["notYetValid"], ["ca"]), 9);
  assertEquals(judge(["selfSigned"], ["ca"]), 18);
  assertEquals(judge(["unknownCa", "otherCa"], ["ca"]), 19);
  assertEquals(judge(["unknownCa"], ["ca"]), 20);
  assertEquals(judge(["onlyForClients"], ["ca"]), 26);
  assertEquals(judge(["ofLeaf", "leaf"], ["ca"]), 79);
  assertEquals(judge(["leaf"], ["ca"]), 1);
  assertEquals(judge(["leaf"], []), 20);
});

Deno.test("verdictOf() asks who has signed first, then for the name, then for the dates", () => {
  const mismatch = [62, "another name"] as const;
  assertEquals(judge(["unknownCaExpired"], ["ca"], { mismatch }), 20);
  assertEquals(judge(["onlyForClients"], ["ca"], { mismatch }), 26);
  assertEquals(judge(["expired"], ["ca"], { mismatch }), 62);
});

Deno.test("verdictOf() takes the order of what was sent as it comes", () => {
  const chain = [
    "ofExpiredIntermediate",
    "leaf",
    "expiredIntermediate",
  ] as const;
  assertEquals(judge(chain, ["ca"]), 10);
});

Deno.test("verdictOf() goes by the dates where the runtime does not tell whom it trusts", () => {
  assertEquals(judge(["expired"], undefined), 10);
  assertEquals(judge(["leaf"], undefined), 20);
  assertEquals(judge(["selfSignedCa"], undefined), 18);
});

Deno.test("verdictOf() judges by the time that it is given", () => {
  const day = 86_400_000;
  assertEquals(judge(["leaf"], ["ca"], { now: Date.now() + 400 * day }), 10);
  assertEquals(judge(["leaf"], ["ca"], { now: Date.now() - 2 * day }), 9);
});

Deno.test("staleOf() looks at the dates of authorities, which the engine does not", () => {
  const use = { purpose: Purpose.SERVER_AUTH };
  const stale = (sent: IdentityName, trusted: IdentityName) =>
    staleOf([der(sent)], { ...use, authorities: [pem(trusted)] })?.[0];
  assertEquals(stale("ofExpiredCa", "expiredCa"), 10);
  assertEquals(stale("leaf", "ca"), undefined);
  assertEquals(
    staleOf([der("ofExpiredCa")], { ...use, authorities: undefined }),
    undefined,
  );
});
