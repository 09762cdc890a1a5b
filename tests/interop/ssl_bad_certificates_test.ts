// What is wrong with a certificate, told as CPython tells it: class, reason, number and
// words. A difference on purpose stands in `differences`.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CERT_OPTIONAL } from "../../socket/ssl/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { chain, identity, type IdentityName } from "../support/certificate.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { needsPython } from "../support/python.ts";
import { compare, type End, type Ends, type Outcome } from "./ssl/two_ends.ts";

interface Case {
  /** The chain that the server shows. */
  readonly server: readonly IdentityName[];
  /** The authorities that the client trusts. */
  readonly trusts?: readonly IdentityName[];
  readonly host?: string | null;
}

const ca = "ca";

/** What servers show to a client that trusts the test authority and wants localhost. */
const servers: Readonly<Record<string, Case>> = {
  "a good certificate": { server: ["leaf"] },
  "a good one of RSA": { server: ["rsa"] },
  "a good one of Ed25519": { server: ["ed25519"] },
  "a good chain": { server: ["ofIntermediate", "intermediate"] },
  "a good one of many trusted": {
    server: ["leaf"],
    trusts: ["otherCa", "expiredCa", ca],
  },
  "an expired one": { server: ["expired"] },
  "one not yet valid": { server: ["notYetValid"] },
  "one of an expired authority": {
    server: ["ofExpiredCa"],
    trusts: ["expiredCa"],
  },
  "a self-signed one": { server: ["selfSigned"] },
  "a self-signed one with CA:TRUE": { server: ["selfSignedCa"] },
  "a self-signed one that is trusted": {
    server: ["selfSigned"],
    trusts: ["selfSigned"],
  },
  "a self-signed one with CA:TRUE that is trusted": {
    server: ["selfSignedCa"],
    trusts: ["selfSignedCa"],
  },
  "a self-signed, expired one": { server: ["selfSignedExpired"] },
  "a self-signed, expired one that is trusted": {
    server: ["selfSignedExpired"],
    trusts: ["selfSignedExpired"],
  },
  "a chain up to an unknown root": { server: ["unknownCa", "otherCa"] },
  "one of an unknown authority": { server: ["unknownCa"] },
  "an expired one of an unknown authority": { server: ["unknownCaExpired"] },
  "one without its intermediate": { server: ["ofIntermediate"] },
  "one of an expired intermediate": {
    server: ["ofExpiredIntermediate", "expiredIntermediate"],
  },
  "one signed by a leaf": { server: ["ofLeaf", "leaf"] },
  "one for clients only": { server: ["onlyForClients"] },
  "an intermediate as the authority": {
    server: ["ofIntermediate"],
    trusts: ["intermediate"],
  },
  "a leaf as the authority": { server: ["leaf"], trusts: ["leaf"] },
  "no authority at all": { server: ["leaf"], trusts: ["secondLeaf"] },
  "one for another name": { server: ["wrongName"] },
  "an expired one for another name": { server: ["wrongNameExpired"] },
  "another name, which is not checked": { server: ["wrongName"], host: null },
  "a name in the common name only": { server: ["commonNameOnly"] },
  "a wildcard": { server: ["wildcard"], host: "a.example.org" },
  "a wildcard in other letters": {
    server: ["wildcard"],
    host: "A.EXAMPLE.ORG",
  },
  "a wildcard and two labels": {
    server: ["wildcard"],
    host: "a.b.example.org",
  },
  "a wildcard and its own domain": {
    server: ["wildcard"],
    host: "example.org",
  },
  "a wildcard in a part of a label": {
    server: ["partialWildcard"],
    host: "foo.example.org",
  },
  "a wildcard for all": { server: ["topWildcard"] },
  "an address": { server: ["leaf"], host: "127.0.0.1" },
  "an IPv6 address": { server: ["leaf"], host: "::1" },
  "a long IPv6 address": { server: ["leaf"], host: "0:0:0:0:0:0:0:1" },
  "another address": { server: ["leaf"], host: "127.0.0.2" },
  "another IPv6 address": { server: ["leaf"], host: "::2" },
  "an address as a name": { server: ["addressAsName"], host: "127.0.0.1" },
  "an address where there are names only": {
    server: ["wildcard"],
    host: "127.0.0.1",
  },
  "a name beyond ASCII": { server: ["idna"], host: "könig.example" },
  "a name beyond ASCII, encoded": {
    server: ["idna"],
    host: "xn--knig-5qa.example",
  },
  "another name beyond ASCII": { server: ["idna"], host: "kaiserß.example" },
  "a name with a point behind": { server: ["leaf"], host: "localhost." },
};

/** What clients show to a server that trusts the test authority. */
const clients: Readonly<Record<string, readonly IdentityName[]>> = {
  "a good certificate": ["client"],
  "one that says nothing of its use": ["leaf"],
  "a good chain": ["clientOfIntermediate", "intermediate"],
  "no certificate": [],
  "an expired one": ["clientExpired"],
  "one not yet valid": ["clientNotYetValid"],
  "one of another authority": ["clientOfOther"],
  "a chain up to another root": ["clientOfOther", "otherCa"],
  "a self-signed one": ["clientSelfSigned"],
  "one for servers only": ["clientOnlyForServers"],
  "one without its intermediate": ["clientOfIntermediate"],
};

/** What differs from CPython, and why. */
const differences: Readonly<Record<string, { why: string; ours: Outcome }>> = {
  "an intermediate as the authority": {
    why:
      "what is loaded is trusted, as by createDefaultContext() of CPython 3.13; the engine knows no other way",
    ours: null,
  },
};

const drivers = hasPosix ? [sandbox, posix] : [sandbox];
const versions = ["TLSv1_2", "TLSv1_3"] as const;

function pem(names: readonly IdentityName[]): string {
  return names.map((name) => identity(name).cert).join("");
}

function show(names: readonly IdentityName[]): Pick<End, "identity"> {
  return names.length === 0 ? {} : { identity: chain(...names) };
}

function expect(name: string, ours: Outcome, expected: Outcome | "waits") {
  const difference = differences[name];
  assertEquals(ours, difference === undefined ? expected : difference.ours);
  if (difference === undefined) return;
  assert(
    JSON.stringify(ours) !== JSON.stringify(expected),
    "This is no difference any more",
  );
}

for (const driver of drivers) {
  for (const version of versions) {
    const where = `[${version}, ${driver.name}]`;
    for (const [name, each] of Object.entries(servers)) {
      const { server, trusts = [ca], host = "localhost" } = each;
      Deno.test({
        ...needsPython,
        name: `wrapSocket() of a client judges ${name} as CPython ${where}`,
        async fn() {
          const ends: Ends = {
            server: show(server),
            client: { trusts: pem(trusts) },
            host,
            version,
          };
          const { expected, ours, error, theirs } = await compare(
            ends,
            "client",
            driver,
          );
          expect(name, ours, expected.client);
          if (error === null) {
            if (name in differences) return;
            return assertEquals(theirs, expected.server);
          }
          assertStringIncludes(String(error), "CN=localhost");
        },
      });
    }
    for (const [name, shown] of Object.entries(clients)) {
      for (const mode of ["required", "optional"] as const) {
        const ends = (version: Ends["version"]): Ends => ({
          server: {
            ...show(["leaf"]),
            trusts: pem([ca]),
            ...(mode === "optional" ? { verifyMode: CERT_OPTIONAL } : {}),
          },
          client: { ...show(shown), trusts: pem([ca]) },
          host: "localhost",
          version,
        });
        const title = `where one is ${mode}`;
        Deno.test({
          ...needsPython,
          name:
            `wrapSocket() of a server judges ${name} ${title} as CPython ${where}`,
          async fn() {
            const { expected, ours, error } = await compare(
              ends(version),
              "server",
              driver,
            );
            expect(`${name} ${title}`, ours, expected.server);
            if (error === null || shown.length === 0) return;
            assertStringIncludes(
              String(error),
              `CN=${shown[0] === "leaf" ? "localhost" : "a client"}`,
            );
          },
        });
        Deno.test({
          ...needsPython,
          name:
            `recv() of a client that shows ${name} ${title} fails as CPython ${where}`,
          async fn() {
            const { expected, ours } = await compare(
              ends(version),
              "client",
              driver,
            );
            expect(
              `${name} ${title}, said to the client`,
              ours,
              expected.client,
            );
          },
        });
      }
    }
  }
}
