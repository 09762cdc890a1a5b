import type { X509Certificate } from "node:crypto";
import { crypto, readCertificate } from "./certificate.ts";
import { identifierText, readDer } from "./der.ts";

/** Why a certificate is not trusted: OpenSSL's number, and the words for it. */
export type Verdict = readonly [code: number, message: string];

/** What can be wrong with a chain of certificates. */
const verdicts = {
  unspecified: [1, "unspecified certificate verification error"],
  notYetValid: [9, "certificate is not yet valid"],
  expired: [10, "certificate has expired"],
  selfSigned: [18, "self-signed certificate"],
  selfSignedInChain: [19, "self-signed certificate in certificate chain"],
  unknownIssuer: [20, "unable to get local issuer certificate"],
  notForThis: [26, "unsuitable certificate purpose"],
  noAuthority: [79, "invalid CA certificate"],
} as const satisfies Record<string, Verdict>;

const EXTENDED_KEY_USAGE = "2.5.29.37";

/** What a certificate was shown for. */
export interface Use {
  /** The authorities that are trusted, PEM or DER; `undefined` if the runtime knows and does not tell. */
  readonly authorities: readonly (string | Uint8Array)[] | undefined;
  /** The purpose that it must be good for. */
  readonly purpose: string;
  /** How the name is not the certificate's, if it is not. */
  readonly mismatch?: Verdict;
  /** The time to judge by. */
  readonly now?: number;
}

/**
 * Says what is wrong with certificates that the engine trusts: it does not look at the
 * dates of authorities (Deno 2.9).
 */
export function staleOf(
  sent: readonly Uint8Array[],
  { authorities, now = Date.now() }: Use,
): Verdict | undefined {
  if (authorities === undefined || areAllValid(authorities, now)) {
    return undefined;
  }
  return datesOf(pathOf(sent.map(read), authorities.map(read)).links, now);
}

/** When all of the authorities of a context are valid, and how many they were then. */
interface Life {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

// There may be hundreds, and a connection must not wait for them.
const lives = new WeakMap<object, Life>();

function areAllValid(
  authorities: NonNullable<Use["authorities"]>,
  now: number,
): boolean {
  let life = lives.get(authorities);
  if (life?.count !== authorities.length) {
    const all = authorities.map((each) => readCertificate(read(each).raw));
    life = {
      count: all.length,
      from: Math.max(...all.map(({ notBefore }) => notBefore)),
      to: Math.min(...all.map(({ notAfter }) => notAfter)),
    };
    lives.set(authorities, life);
  }
  return life.from <= now && now <= life.to;
}

/** How far a chain goes: up to an authority that is trusted, or where and why it ends. */
interface Path {
  readonly links: readonly X509Certificate[];
  /** Why it goes no farther; `undefined` if there is an authority at its end. */
  readonly end: Verdict | undefined;
}

/**
 * Says why certificates are not trusted, as OpenSSL does and in its order: who has
 * signed them, what they are for, the name, the dates. The engine has found that they
 * are not, and does not tell all of the reasons.
 *
 * @param sent What the peer has sent, its own certificate first.
 */
export function verdictOf(sent: readonly Uint8Array[], use: Use): Verdict {
  const { authorities, purpose, mismatch, now = Date.now() } = use;
  const { links, end } = pathOf(sent.map(read), authorities?.map(read) ?? []);
  // Where the authorities are the runtime's, the end may be no fault.
  if (end !== undefined && authorities !== undefined) return end;
  return purposeOf(links, purpose) ??
    (end === undefined ? mismatch : undefined) ??
    datesOf(links, now) ?? end ?? verdicts.unspecified;
}

function read(source: string | Uint8Array): X509Certificate {
  return new (crypto().X509Certificate)(source);
}

function pathOf(
  sent: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): Path {
  const links = [sent[0]];
  for (;;) {
    const last = links[links.length - 1];
    const isOwn = hasSigned(last, last);
    if (isOwn && authorities.some(({ raw }) => raw.equals(last.raw))) {
      return { links, end: undefined };
    }
    if (isOwn) {
      const end = links.length === 1
        ? verdicts.selfSigned
        : verdicts.selfSignedInChain;
      return { links, end };
    }
    const next = [...authorities, ...sent].find((each) =>
      !links.includes(each) && hasSigned(each, last)
    );
    if (next === undefined) {
      // One that is trusted without being its own signer is an authority, too.
      const isTrusted = links.length > 1 && authorities.includes(last);
      return { links, end: isTrusted ? undefined : verdicts.unknownIssuer };
    }
    links.push(next);
  }
}

function hasSigned(issuer: X509Certificate, other: X509Certificate): boolean {
  try {
    return other.checkIssued(issuer) && other.verify(issuer.publicKey);
  } catch {
    // A key of a kind that the runtime does not know.
    return false;
  }
}

function purposeOf(
  links: readonly X509Certificate[],
  purpose: string,
): Verdict | undefined {
  for (const [depth, { ca, raw }] of links.entries()) {
    if (depth > 0 && !ca) return verdicts.noAuthority;
    const usage = readCertificate(raw).extensions.get(EXTENDED_KEY_USAGE);
    if (usage === undefined) continue;
    const purposes = readDer(readDer(usage)[0].bytes)
      .map(({ bytes }) => identifierText(bytes));
    if (!purposes.includes(purpose)) return verdicts.notForThis;
  }
}

function datesOf(
  links: readonly X509Certificate[],
  now: number,
): Verdict | undefined {
  // The signer's dates come first.
  for (const { raw } of links.toReversed()) {
    const { notBefore, notAfter } = readCertificate(raw);
    if (notBefore > now) return verdicts.notYetValid;
    if (notAfter < now) return verdicts.expired;
  }
}
