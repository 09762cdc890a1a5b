import { createHash } from "node:crypto";

/** The SHA-256 of bytes that come in pieces. */
export class Checksum {
  readonly #hash = createHash("sha256");
  /** How many bytes it has seen. */
  length = 0;

  /** Takes the next piece. */
  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.length += bytes.length;
  }

  /** Gives the sum of all, in hexadecimal; the last call. */
  hex(): string {
    return this.#hash.digest("hex");
  }
}

/** Gives the SHA-256 of bytes. */
export function checksum(bytes: Uint8Array): string {
  const sum = new Checksum();
  sum.update(bytes);
  return sum.hex();
}
