import { libc } from "./libc.ts";

// All memory that the driver hands to libc is in buffers of its own, whose size
// it knows. What libc allocates is copied out by libc itself, because reading
// through a pointer would need permission for all of FFI.

/**
 * Returns the address of a buffer's first byte. It is valid while the buffer is
 * in use; nothing moves it.
 */
export function addressOf(buffer: Uint8Array): bigint {
  // V8 may keep a small array in its own heap, and move it, until something asks
  // for its buffer.
  void buffer.buffer;
  return libc().addressOf(buffer, buffer, 0n);
}

/** Copies memory that libc has allocated. */
export function copyMemory(address: bigint, size: number): DataView {
  const bytes = new Uint8Array(size);
  libc().copyFrom(bytes, address, BigInt(size));
  return new DataView(bytes.buffer);
}

/** Copies the bytes of a C string; none if the address is null. */
export function copyString(address: bigint): Uint8Array {
  if (address === 0n) return new Uint8Array();
  const size = Number(libc().strlen(address));
  return new Uint8Array(copyMemory(address, size).buffer);
}

/** Decodes a C string. */
export function textAt(address: bigint): string {
  return new TextDecoder().decode(copyString(address));
}

/** Encodes a C string with its NUL. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** Lists the addresses of a C array that a null address ends. */
export function addressesAt(address: bigint): bigint[] {
  const found: bigint[] = [];
  for (let at = address;; at += 8n) {
    const next = copyMemory(at, 8).getBigUint64(0, true);
    if (next === 0n) return found;
    found.push(next);
  }
}
