// Certificates for tests of TLS. They are made when they are first asked for, once a
// process, by no program.
import { type Identity, issue, type Wanted } from "./x509.ts";

/** A certificate for localhost, its key, and the authority that has signed it; all in PEM. */
export interface Certificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Hosts of the machine itself. */
const local = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"];

const authority = (CN: string): Wanted => ({
  subject: { C: "DE", O: "Berkeley tests", CN },
  isAuthority: true,
});

/** What each certificate is; the name of its signer stands for `issuer`. */
const wanted = {
  ca: authority("Test authority"),
  otherCa: authority("Another authority"),
  expiredCa: { ...authority("Expired authority"), days: [-20, -10] },
  leaf: { signer: "ca", names: local },
  secondLeaf: { signer: "ca", names: ["DNS:other.example"] },
  expired: { signer: "ca", names: local, days: [-20, -10] },
  notYetValid: { signer: "ca", names: local, days: [10, 20] },
  ofExpiredCa: { signer: "expiredCa", names: local },
  unknownCa: { signer: "otherCa", names: local },
  unknownCaExpired: { signer: "otherCa", names: local, days: [-20, -10] },
  selfSigned: { names: local },
  selfSignedCa: { names: local, isAuthority: true },
  selfSignedExpired: { names: local, isAuthority: true, days: [-20, -10] },
  wrongName: { signer: "ca", names: ["DNS:elsewhere.example"] },
  wrongNameExpired: {
    signer: "ca",
    names: ["DNS:elsewhere.example"],
    days: [-20, -10],
  },
  commonNameOnly: { signer: "ca" },
  wildcard: { signer: "ca", names: ["DNS:*.example.org"] },
  partialWildcard: { signer: "ca", names: ["DNS:f*.example.org"] },
  topWildcard: { signer: "ca", names: ["DNS:*"] },
  idna: { signer: "ca", names: ["DNS:xn--knig-5qa.example"] },
  addressAsName: { signer: "ca", names: ["DNS:127.0.0.1"] },
  onlyForClients: { signer: "ca", names: local, usage: "client" },
  rsa: { signer: "ca", names: local, keyType: "rsa" },
  ed25519: { signer: "ca", names: local, keyType: "ed25519" },
  intermediate: { ...authority("Test intermediate"), signer: "ca" },
  expiredIntermediate: {
    ...authority("Expired intermediate"),
    signer: "ca",
    days: [-20, -10],
  },
  ofIntermediate: { signer: "intermediate", names: local },
  ofExpiredIntermediate: { signer: "expiredIntermediate", names: local },
  ofLeaf: { signer: "leaf", names: local },
  both: {
    signer: "ca",
    names: [...local, "email:a@b.example", "URI:http://b.example/x"],
    subject: {
      C: "DE",
      ST: 'Zürich + "quoted", and more',
      L: "Ülm",
      O: "Berkeley\ntests",
      OU: "/CN=other",
      CN: "both",
      emailAddress: "a@b.example",
    },
  },
  client: { signer: "ca", subject: { CN: "a client" }, usage: "client" },
  clientOfOther: { signer: "otherCa", subject: { CN: "a client" } },
  clientExpired: {
    signer: "ca",
    subject: { CN: "a client" },
    days: [-20, -10],
  },
  clientNotYetValid: {
    signer: "ca",
    subject: { CN: "a client" },
    days: [10, 20],
  },
  clientSelfSigned: { subject: { CN: "a client" } },
  clientOnlyForServers: {
    signer: "ca",
    subject: { CN: "a client" },
    usage: "server",
  },
  clientOfIntermediate: { signer: "intermediate", subject: { CN: "a client" } },
} as const satisfies Record<string, Partial<Wanted> & { signer?: string }>;

/** The name of a certificate. */
export type IdentityName = keyof typeof wanted;

const made = new Map<string, Identity>();

/** Gives one of the certificates, with its key. */
export function identity(name: IdentityName): Identity {
  const there = made.get(name);
  if (there !== undefined) return there;
  const { signer, ...what } = wanted[name] as Partial<Wanted> & {
    signer?: IdentityName;
  };
  const subject = what.subject ?? { O: "Berkeley tests", CN: "localhost" };
  const issuer = signer === undefined ? {} : { issuer: identity(signer) };
  const one = issue({ subject, ...what, ...issuer });
  made.set(name, one);
  return one;
}

/** Gives the chain of an intermediate authority: a certificate, and its signer behind it. */
export function chain(...names: IdentityName[]): Identity {
  const [first] = names;
  return {
    cert: names.map((name) => identity(name).cert).join(""),
    key: identity(first).key,
  };
}

/** Gives a certificate for localhost that an authority has signed. */
export function certificate(): Certificate {
  return { ca: identity("ca").cert, ...identity("leaf") };
}
