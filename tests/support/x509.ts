// A writer of certificates, so that tests have whatever certificate they need, at
// once, with any dates, and without a program. OpenSSL reads them in tests/interop/.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from "node:crypto";
import { Buffer } from "node:buffer";

/** A certificate and its key, both in PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate is to say. */
export interface Wanted {
  /** Its names, as in `{ O: "Berkeley", CN: "localhost" }`. */
  readonly subject: Readonly<Record<string, string>>;
  /** Who signs it; itself if omitted. */
  readonly issuer?: Identity;
  /** Hosts, as in `"DNS:localhost"` and `"IP:::1"`. */
  readonly names?: readonly string[];
  /** Whether it may sign others. */
  readonly isAuthority?: boolean;
  /** What its key may be used for, if that is restricted. */
  readonly usage?: "server" | "client";
  /** From when to when, in days from now; a day ago for a year if omitted. */
  readonly days?: readonly [from: number, to: number];
  /** The kind of key. */
  readonly keyType?: "ec" | "rsa" | "ed25519";
}

const DAY = 86_400_000;

const oids: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  DC: "0.9.2342.19200300.100.1.25",
  emailAddress: "1.2.840.113549.1.9.1",
  SHA256withECDSA: "1.2.840.10045.4.3.2",
  SHA256withRSA: "1.2.840.113549.1.1.11",
  Ed25519: "1.3.101.112",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  server: "1.3.6.1.5.5.7.3.1",
  client: "1.3.6.1.5.5.7.3.2",
};

/** Makes a certificate and its key. */
export function issue(wanted: Wanted): Identity {
  const { privateKey, publicKey } = newKey(wanted.keyType ?? "ec");
  const key = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const spki = publicKey.export({ type: "spki", format: "der" });
  const { issuer } = wanted;
  const signer = createPrivateKey(issuer?.key ?? key);
  const algorithm = {
    ec: sequence(oid("SHA256withECDSA")),
    rsa: sequence(oid("SHA256withRSA"), value(0x05)),
    ed25519: sequence(oid("Ed25519")),
  }[signer.asymmetricKeyType as "ec"];
  const subject = nameOf(wanted.subject);
  const [from, to] = wanted.days ?? [-1, 365];
  const serial = crypto.getRandomValues(new Uint8Array(9));
  serial[0] = 0x5a; // positive, and not 0
  const body = sequence(
    value(0xa0, value(0x02, Buffer.of(2))), // version 3
    value(0x02, serial),
    algorithm,
    issuer === undefined ? subject : subjectOf(issuer.cert),
    sequence(timeOf(from), timeOf(to)),
    subject,
    spki,
    value(0xa3, sequence(...extensionsOf(wanted, spki))),
  );
  const hash = signer.asymmetricKeyType === "ed25519" ? null : "sha256";
  const signature = sign(hash, body, signer);
  const der = sequence(body, algorithm, bits(signature));
  return { cert: pem("CERTIFICATE", der), key };
}

function newKey(type: "ec" | "rsa" | "ed25519") {
  if (type === "rsa") {
    return generateKeyPairSync("rsa", { modulusLength: 2048 });
  }
  if (type === "ed25519") return generateKeyPairSync("ed25519");
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function extensionsOf(wanted: Wanted, spki: Uint8Array): Buffer[] {
  const { isAuthority, usage, names = [], issuer } = wanted;
  const extensions = [
    extension("subjectKeyIdentifier", value(0x04, identifierOf(spki))),
  ];
  if (issuer !== undefined) {
    const theirs = createPublicKey(issuer.key)
      .export({ type: "spki", format: "der" });
    const identifier = value(0x80, identifierOf(theirs));
    extensions.push(extension("authorityKeyIdentifier", sequence(identifier)));
  }
  if (isAuthority !== undefined) {
    const basic = isAuthority ? [value(0x01, Buffer.of(0xff))] : [];
    extensions.push(extension("basicConstraints", sequence(...basic), true));
  }
  if (isAuthority) {
    // digitalSignature, keyCertSign and cRLSign.
    const may = value(0x03, Buffer.of(1, 0x86));
    extensions.push(extension("keyUsage", may, true));
  }
  if (usage !== undefined) {
    extensions.push(extension("extendedKeyUsage", sequence(oid(usage))));
  }
  if (names.length > 0) {
    const all = sequence(...names.map(alternativeName));
    extensions.push(extension("subjectAltName", all));
  }
  return extensions;
}

function extension(name: string, body: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [value(0x01, Buffer.of(0xff))] : [];
  return sequence(oid(name), ...critical, value(0x04, body));
}

function alternativeName(text: string): Buffer {
  const at = text.indexOf(":");
  const rest = text.slice(at + 1);
  switch (text.slice(0, at)) {
    case "DNS":
      return value(0x82, Buffer.from(rest));
    case "email":
      return value(0x81, Buffer.from(rest));
    case "URI":
      return value(0x86, Buffer.from(rest));
    default:
      return value(0x87, addressOf(rest));
  }
}

function addressOf(host: string): Buffer {
  if (!host.includes(":")) return Buffer.from(host.split(".").map(Number));
  const [head, tail = ""] = host.split("::");
  const words = (text: string) => text.split(":").filter((word) => word);
  const front = words(head);
  const back = words(tail);
  const zeros = Array(8 - front.length - back.length).fill("0");
  return Buffer.from(
    [...front, ...zeros, ...back].map((word) => word.padStart(4, "0")).join(""),
    "hex",
  );
}

function identifierOf(spki: Uint8Array): Buffer {
  return createHash("sha1").update(spki).digest();
}

function nameOf(parts: Readonly<Record<string, string>>): Buffer {
  const one = ([kind, text]: [string, string]) => {
    const tag = kind === "C" ? 0x13 : /^(DC|email)/.test(kind) ? 0x16 : 0x0c;
    return value(0x31, sequence(oid(kind), value(tag, Buffer.from(text))));
  };
  return sequence(...Object.entries(parts).map(one));
}

/** Takes the subject out of a certificate, byte by byte as it is. */
function subjectOf(cert: string): Buffer {
  const der = Buffer.from(cert.replace(/-----[^-]+-----/g, ""), "base64");
  let at = contentOf(der, contentOf(der, 0));
  // The version, the serial number, the algorithm, the issuer, the dates.
  for (let skipped = 0; skipped < 5; skipped++) at = endOf(der, at);
  return der.subarray(at, endOf(der, at));
}

function contentOf(der: Buffer, at: number): number {
  return at + 2 + (der[at + 1] < 0x80 ? 0 : der[at + 1] & 0x7f);
}

function endOf(der: Buffer, at: number): number {
  const start = contentOf(der, at);
  return start === at + 2
    ? start + der[at + 1]
    : start + der.readUIntBE(at + 2, start - at - 2);
}

function timeOf(days: number): Buffer {
  const text = new Date(Date.now() + days * DAY).toISOString()
    .replace(/[-:T]|\.\d+/g, "");
  // From 2050 on, a year has four digits.
  return text < "2050"
    ? value(0x17, Buffer.from(text.slice(2)))
    : value(0x18, Buffer.from(text));
}

function oid(name: string): Buffer {
  const [first, second, ...rest] = oids[name].split(".").map(Number);
  const bytes = [first * 40 + second];
  for (let number of rest) {
    const digits = [number & 0x7f];
    while ((number = Math.floor(number / 128)) > 0) {
      digits.unshift(0x80 | number & 0x7f);
    }
    bytes.push(...digits);
  }
  return value(0x06, Buffer.from(bytes));
}

function bits(bytes: Uint8Array): Buffer {
  return value(0x03, Buffer.of(0), bytes);
}

function sequence(...parts: Uint8Array[]): Buffer {
  return value(0x30, ...parts);
}

function value(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g)!;
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----\n`]
    .join("\n");
}
