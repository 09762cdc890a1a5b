import type { Codec, Fault } from "./encoding.ts";

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Makes the codec of one byte order. */
export function utf16(littleEndian: boolean): Codec {
  let decoder: TextDecoder | undefined;

  function unitAt(bytes: Uint8Array, index: number): number {
    return littleEndian
      ? bytes[index] | bytes[index + 1] << 8
      : bytes[index] << 8 | bytes[index + 1];
  }

  function faultAt(bytes: Uint8Array, start: number): Fault | undefined {
    const left = bytes.length - start;
    if (left === 1) {
      return { start, end: start + 1, reason: "truncated data" };
    }
    const unit = unitAt(bytes, start);
    if (isLow(unit)) {
      return { start, end: start + 2, reason: "illegal encoding" };
    }
    if (!isHigh(unit)) return undefined;
    if (left < 4) {
      return { start, end: bytes.length, reason: "unexpected end of data" };
    }
    if (isLow(unitAt(bytes, start + 2))) return undefined;
    return { start, end: start + 2, reason: "illegal UTF-16 surrogate" };
  }

  return {
    complete(bytes) {
      const even = bytes.length & ~1;
      return even > 0 && isHigh(unitAt(bytes, even - 2)) ? even - 2 : even;
    },

    text(bytes) {
      decoder ??= new TextDecoder(littleEndian ? "utf-16le" : "utf-16be", {
        fatal: true,
        ignoreBOM: true,
      });
      try {
        return decoder.decode(bytes);
      } catch {
        return undefined;
      }
    },

    fault(bytes, from) {
      for (let start = from; start < bytes.length;) {
        const fault = faultAt(bytes, start);
        if (fault !== undefined) return fault;
        start += isHigh(unitAt(bytes, start)) ? 4 : 2;
      }
    },
  };
}
