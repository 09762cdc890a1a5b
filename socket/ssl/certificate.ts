import type * as Crypto from "node:crypto";
import type { PeerCertificate } from "node:tls";
import {
  type DerValue,
  identifierText,
  readDer,
  stringText,
  timeOf,
} from "./der.ts";
import { timeText } from "./time.ts";

/** A name in a certificate: its parts, each with the values of one kind or more. */
export type DistinguishedName = readonly (readonly [
  kind: string,
  value: string,
][])[];

/** A certificate, as `getpeercert()` tells it: Python's dictionary. */
export interface CertificateInfo {
  /** Whose it is. */
  readonly subject: DistinguishedName;
  /** Who has signed it. */
  readonly issuer: DistinguishedName;
  /** The version of the format. */
  readonly version: number;
  /** The number that the signer has given it, in hexadecimal digits. */
  readonly serialNumber: string;
  /** Since when it is valid; see {@linkcode certTimeToSeconds}. */
  readonly notBefore: string;
  /** Until when. */
  readonly notAfter: string;
  /** The hosts that it is for; absent if it has none. */
  readonly subjectAltName?: readonly [
    kind: string,
    value: string | DistinguishedName,
  ][];
}

/** What of a certificate is looked at. */
export interface Certificate {
  readonly version: number;
  readonly serialNumber: Uint8Array;
  readonly issuer: DerValue;
  readonly subject: DerValue;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The content of each extension, by its object identifier. */
  readonly extensions: ReadonlyMap<string, Uint8Array>;
}

/** The object identifier of the extension for hosts. */
const SUBJECT_ALT_NAME = "2.5.29.17";

// The part of a tag that tells one kind of name from another.
const NUMBER = 0x1f;

// OpenSSL's long names of what names are made of.
const LONG_NAMES: Readonly<Record<string, string>> = {
  "2.5.4.3": "commonName",
  "2.5.4.4": "surname",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "countryName",
  "2.5.4.7": "localityName",
  "2.5.4.8": "stateOrProvinceName",
  "2.5.4.9": "streetAddress",
  "2.5.4.10": "organizationName",
  "2.5.4.11": "organizationalUnitName",
  "2.5.4.12": "title",
  "2.5.4.13": "description",
  "2.5.4.15": "businessCategory",
  "2.5.4.17": "postalCode",
  "2.5.4.41": "name",
  "2.5.4.42": "givenName",
  "2.5.4.43": "initials",
  "2.5.4.44": "generationQualifier",
  "2.5.4.46": "dnQualifier",
  "2.5.4.65": "pseudonym",
  "2.5.4.97": "organizationIdentifier",
  "0.9.2342.19200300.100.1.1": "userId",
  "0.9.2342.19200300.100.1.25": "domainComponent",
  "1.2.840.113549.1.9.1": "emailAddress",
  "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionLocalityName",
  "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionStateOrProvinceName",
  "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionCountryName",
};

/** node's crypto, loaded at first use. */
export function crypto(): typeof Crypto {
  return globalThis.process.getBuiltinModule("node:crypto");
}

/**
 * Reads a certificate, RFC 5280 section 4.1.
 *
 * @throws {RangeError} If it is none.
 */
export function readCertificate(der: Uint8Array): Certificate {
  return orRangeError(() => {
    const [certificate] = readDer(der);
    const [body] = readDer(certificate.bytes);
    const fields = readDer(body.bytes);
    const version = fields[0].tag === 0xa0
      ? readDer(fields.shift()!.bytes)[0].bytes[0] + 1
      : 1;
    const [serial, , issuer, dates, subject, , ...rest] = fields;
    const [notBefore, notAfter] = readDer(dates.bytes).map(timeOf);
    const extensions = new Map<string, Uint8Array>();
    const list = rest.find(({ tag }) => tag === 0xa3);
    const all = list === undefined ? [] : readDer(readDer(list.bytes)[0].bytes);
    for (const { bytes } of all) {
      const parts = readDer(bytes);
      extensions.set(identifierText(parts[0].bytes), parts.at(-1)!.bytes);
    }
    return {
      version,
      serialNumber: serial.bytes,
      issuer,
      subject,
      notBefore,
      notAfter,
      extensions,
    };
  });
}

/** Reads something of a certificate; it is none if a part is not there. */
function orRangeError<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new RangeError("Cannot read the certificate: it is not one", {
      cause,
    });
  }
}

/** Tells a certificate as Python does. */
export function certificateInfo(der: Uint8Array): CertificateInfo {
  const certificate = readCertificate(der);
  const names = certificate.extensions.get(SUBJECT_ALT_NAME);
  return orRangeError(() => ({
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    version: certificate.version,
    serialNumber: numberText(certificate.serialNumber),
    notBefore: timeText(certificate.notBefore),
    notAfter: timeText(certificate.notAfter),
    ...(names === undefined
      ? {}
      : { subjectAltName: readDer(readDer(names)[0].bytes).map(alternative) }),
  }));
}

/** Returns the text of a certificate's subject, for messages. */
export function subjectOf(der: Uint8Array | undefined): string {
  if (der === undefined) return "";
  let parts: DistinguishedName[number];
  try {
    parts = certificateInfo(der).subject.flat();
  } catch {
    return "";
  }
  return parts.map(([kind, value]) => `${shortName(kind)}=${value}`)
    // Whoever has made it chooses it, and it goes into logs.
    .join(", ").replace(/\p{Cc}/gu, "?");
}

function shortName(kind: string): string {
  const short: Record<string, string> = {
    commonName: "CN",
    countryName: "C",
    localityName: "L",
    stateOrProvinceName: "ST",
    organizationName: "O",
    organizationalUnitName: "OU",
  };
  return short[kind] ?? kind;
}

function nameOf({ bytes }: DerValue): DistinguishedName {
  return readDer(bytes).map((set) =>
    readDer(set.bytes).map((part): [string, string] => {
      const [kind, value] = readDer(part.bytes);
      const identifier = identifierText(kind.bytes);
      return [LONG_NAMES[identifier] ?? identifier, stringText(value)];
    })
  );
}

function alternative(
  { tag, bytes }: DerValue,
): [kind: string, value: string | DistinguishedName] {
  const text = () => new TextDecoder().decode(bytes);
  switch (tag & NUMBER) {
    case 0:
      return ["othername", "<unsupported>"];
    case 1:
      return ["email", text()];
    case 2:
      return ["DNS", text()];
    case 4:
      return ["DirName", nameOf(readDer(bytes)[0])];
    case 6:
      return ["URI", text()];
    case 7:
      return ["IP Address", addressText(bytes)];
    case 8:
      return ["Registered ID", identifierText(bytes)];
    default:
      return ["othername", "<unsupported>"];
  }
}

/** Writes an address as OpenSSL does, without the zeros that stand together left out. */
function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return "<invalid>";
  const words = Array.from(
    { length: 8 },
    (_, at) => bytes[2 * at] << 8 | bytes[2 * at + 1],
  );
  return words.map((word) => word.toString(16).toUpperCase()).join(":");
}

function numberText(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("").toUpperCase();
  return digits.length > 2 ? digits.replace(/^00/, "") : digits;
}

/** Returns the names of one kind that a certificate is for, RFC 5280 section 4.2.1.6. */
export function namesOf(
  { extensions }: Certificate,
  kind: number,
): Uint8Array[] {
  const names = extensions.get(SUBJECT_ALT_NAME);
  if (names === undefined) return [];
  return orRangeError(() => readDer(readDer(names)[0].bytes))
    .filter(({ tag }) => (tag & NUMBER) === kind)
    .map(({ bytes }) => bytes);
}

/** Returns the common names of whose a certificate is. */
export function commonNamesOf({ subject }: Certificate): string[] {
  return nameOf(subject).flat()
    .filter(([kind]) => kind === "commonName")
    .map(([, value]) => value);
}

/** The certificates that a peer has sent, its own first, and their signer if it is known. */
export function chainOf(certificate: PeerCertificate): Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<unknown>();
  let next: PeerCertificate | undefined = certificate;
  while (next?.raw !== undefined && !seen.has(next)) {
    seen.add(next);
    chain.push(next.raw);
    next = (next as { issuerCertificate?: PeerCertificate }).issuerCertificate;
  }
  return chain;
}
