import type { Codec, Fault } from "./encoding.ts";

/** The length of the sequence that a byte begins; 1 for a byte that begins none. */
function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** Tells whether a byte may follow a lead byte. */
function mayFollow(lead: number, second: number): boolean {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return isContinuation(second);
  }
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}

function faultAt(bytes: Uint8Array, start: number, wanted: number): Fault {
  if (wanted === 1) {
    return { start, end: start + 1, reason: "invalid start byte" };
  }
  let end = start + 1;
  while (
    end < bytes.length && end < start + wanted &&
    (end === start + 1
      ? mayFollow(bytes[start], bytes[end])
      : isContinuation(bytes[end]))
  ) end++;
  const reason = end === bytes.length
    ? "unexpected end of data"
    : "invalid continuation byte";
  return { start, end, reason };
}

/** UTF-8, with faults of the length that CPython and the Encoding Standard give them. */
export const utf8: Codec = {
  complete(bytes) {
    const { length } = bytes;
    const first = Math.max(0, length - 3);
    for (let index = length - 1; index >= first; index--) {
      if (isContinuation(bytes[index])) continue;
      return sequenceLength(bytes[index]) > length - index ? index : length;
    }
    return length;
  },

  text(bytes) {
    decoder ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  },

  fault(bytes, from) {
    for (let start = from; start < bytes.length;) {
      const lead = bytes[start];
      if (lead < 0x80) {
        start++;
        continue;
      }
      const wanted = sequenceLength(lead);
      const fault = faultAt(bytes, start, wanted);
      if (wanted === 1 || fault.end < start + wanted) return fault;
      start += wanted;
    }
  },
};

// Made at first use, to keep importing this file cheap.
let decoder: TextDecoder | undefined;
