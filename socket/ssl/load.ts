import type { KeyObject } from "node:crypto";
import { kindOf } from "../arguments.ts";
import { osError, PermissionError } from "../errors.ts";
import { crypto } from "./certificate.ts";
import { SSLError } from "./errors.ts";

const PRIVATE_KEY = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^]*?-----END \1-----/;

/** A file by its path or URL, or the PEM text itself, as a string or bytes. */
export type PemSource = string | URL | Uint8Array;

/**
 * Reads PEM text from where it is. A text that begins as PEM does is taken as it is,
 * and needs no permission.
 *
 * @throws {FileNotFoundError} ENOENT if there is no such file.
 * @throws {PermissionError} EACCES if it may not be read; the message names the flag.
 */
export function loadPem(what: string, source: PemSource): string {
  if (source instanceof Uint8Array) return new TextDecoder().decode(source);
  if (typeof source === "string" && source.includes("-----BEGIN ")) {
    return source;
  }
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw new TypeError(
      `Cannot load ${what}: it must be a path, a URL or PEM text, not ${
        kindOf(source)
      }`,
    );
  }
  try {
    return Deno.readTextFileSync(source);
  } catch (cause) {
    const fields = { syscall: "load", subject: `${what} "${source}"`, cause };
    if (cause instanceof Deno.errors.NotCapable) {
      const hint = `run again with --allow-read=${source}`;
      throw new PermissionError({ ...fields, code: "EACCES", hint });
    }
    if (cause instanceof Deno.errors.NotFound) {
      throw osError({ ...fields, code: "ENOENT" });
    }
    const { code } = cause as { code?: string };
    if (code === undefined) throw cause;
    throw osError({ ...fields, code });
  }
}

/** The password of an encrypted key, or a function that returns it. */
export type Password = string | Uint8Array | (() => string | Uint8Array);

/** Reads a private key in PEM text. */
export function readKey(
  text: string,
  password: Password | undefined,
): KeyObject {
  const passphrase = typeof password === "function" ? password() : password;
  // Certificates may stand before it, and behind it.
  const [block = text] = PRIVATE_KEY.exec(text) ?? [];
  try {
    return crypto().createPrivateKey({
      key: block,
      format: "pem",
      ...(passphrase === undefined ? {} : { passphrase: passphrase as string }),
    });
  } catch (cause) {
    const isEncrypted = /ENCRYPTED/.test(block);
    throw pemError(
      isEncrypted
        ? passphrase === undefined
          ? "the key is encrypted, and no password is given"
          : "the password of the key is wrong"
        : "the key cannot be read",
      cause,
    );
  }
}

/** Creates the error of PEM text that is not what it should be. */
export function pemError(state: string, cause?: unknown): SSLError {
  return new SSLError({
    code: "PEM_LIB",
    reason: "PEM_LIB",
    syscall: "load",
    subject: "PEM",
    state,
    ...(cause === undefined ? {} : { cause }),
  });
}
