/** How a certificate in PEM form begins. */
export const PEM_HEADER = "-----BEGIN CERTIFICATE-----";
/** How it ends. */
export const PEM_FOOTER = "-----END CERTIFICATE-----";
const WIDTH = 64;

/**
 * Turns a certificate in DER form into PEM text.
 *
 * @param certificate The bytes.
 * @returns The text, with a line feed at its end.
 *
 * @example There and back
 * ```ts
 * import { DERCertToPEMCert, PEMCertToDERCert } from "@berkeley/socket/ssl";
 * import { assertEquals } from "@std/assert";
 *
 * const der = new Uint8Array([48, 3, 2, 1, 5]);
 * assertEquals(PEMCertToDERCert(DERCertToPEMCert(der)), der);
 * ```
 *
 * Port of [`ssl.DER_cert_to_PEM_cert`](https://docs.python.org/3/library/ssl.html#ssl.DER_cert_to_PEM_cert).
 */
export function DERCertToPEMCert(certificate: Uint8Array): string {
  const binary = Array.from(certificate, (byte) => String.fromCharCode(byte));
  const text = btoa(binary.join(""));
  const lines = text.match(RegExp(`.{1,${WIDTH}}`, "g")) ?? [];
  return `${[PEM_HEADER, ...lines, PEM_FOOTER].join("\n")}\n`;
}

/**
 * Turns a certificate in PEM text into its bytes.
 *
 * @param certificate The text of one certificate.
 * @returns The bytes, DER.
 * @throws {RangeError} If it does not begin and end as a certificate does, or is not
 * base64 between.
 *
 * @example Usage
 * ```ts
 * import { PEMCertToDERCert } from "@berkeley/socket/ssl";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => PEMCertToDERCert("no certificate"), RangeError);
 * ```
 *
 * Port of [`ssl.PEM_cert_to_DER_cert`](https://docs.python.org/3/library/ssl.html#ssl.PEM_cert_to_DER_cert).
 */
export function PEMCertToDERCert(certificate: string): Uint8Array<ArrayBuffer> {
  const text = certificate.trim();
  if (!text.startsWith(PEM_HEADER) || !text.endsWith(PEM_FOOTER)) {
    throw new RangeError(
      `Cannot read the certificate: it must begin with "${PEM_HEADER}" and end with "${PEM_FOOTER}"`,
    );
  }
  const body = text.slice(PEM_HEADER.length, -PEM_FOOTER.length).replace(
    /\s+/g,
    "",
  );
  try {
    return Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  } catch (cause) {
    throw new RangeError(
      "Cannot read the certificate: what it has between is not base64",
      { cause },
    );
  }
}

/** Splits a text into the certificates that it has, each as PEM text. */
export function splitPem(text: string): string[] {
  return text.match(RegExp(`${PEM_HEADER}[^-]*${PEM_FOOTER}`, "g")) ?? [];
}
