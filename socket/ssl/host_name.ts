import { equals } from "@std/bytes/equals";
import { AF_INET, AF_INET6 } from "../constants/mod.ts";
import { inetPton } from "../convert/inet.ts";
import { encodeHost } from "../text/idna.ts";
import { parseIpv4, parseIpv6 } from "../text/ip_address.ts";
import { type Certificate, commonNamesOf, namesOf } from "./certificate.ts";
import type { Verdict } from "./verdict.ts";

// Kinds of names, RFC 5280 section 4.2.1.6.
const DNS = 2;
const ADDRESS = 7;

/** Tells whether a host is an address, which has no place in SNI. */
export function isAddress(host: string): boolean {
  return parseIpv4(host) !== undefined || parseIpv6(host) !== undefined;
}

/**
 * Says how a host is not a certificate's; `undefined` if it is. As OpenSSL and CPython
 * have it: a wildcard is a whole label, the first of three or more, and the common name
 * counts if there are no other names.
 */
export function mismatchOf(
  host: string,
  certificate: Certificate,
): Verdict | undefined {
  if (isAddress(host)) {
    const wanted = bytesOf(host);
    return namesOf(certificate, ADDRESS).some((one) => equals(one, wanted))
      ? undefined
      : [64, `IP address mismatch, certificate is not valid for '${host}'.`];
  }
  const wanted = encodeHost(host);
  const names = namesOf(certificate, DNS).map(textOf);
  const all = names.length > 0 ? names : commonNamesOf(certificate);
  return all.some((name) => matches(name, wanted))
    ? undefined
    : [62, `Hostname mismatch, certificate is not valid for '${wanted}'.`];
}

function bytesOf(host: string): Uint8Array {
  return inetPton(parseIpv4(host) === undefined ? AF_INET6 : AF_INET, host);
}

/** Takes bytes for letters one by one, so that no two names are the same by decoding. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

function matches(name: string, wanted: string): boolean {
  const [pattern, host] = [lower(name), lower(wanted)];
  if (pattern === host) return true;
  if (!/^\*\.[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(pattern)) return false;
  const at = host.indexOf(".");
  return /^[a-z0-9-]+$/.test(host.slice(0, at)) &&
    host.slice(at) === pattern.slice(1);
}

/** Lowers ASCII letters only. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
