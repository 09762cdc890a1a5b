import type { Codec } from "./encoding.ts";
import { utf8 } from "./utf8.ts";

function allOf(bytes: Uint8Array): number {
  return bytes.length;
}

export const ascii: Codec = {
  complete: allOf,

  text(bytes) {
    // In UTF-8 only ASCII has as many units as bytes.
    const text = utf8.text(bytes);
    return text?.length === bytes.length ? text : undefined;
  },

  fault(bytes, from) {
    for (let start = from; start < bytes.length; start++) {
      if (bytes[start] < 0x80) continue;
      return { start, end: start + 1, reason: "ordinal not in range(128)" };
    }
  },
};

// As many arguments as a call takes on every platform.
const MOST_ARGUMENTS = 8192;

/** ISO-8859-1 itself; the Encoding Standard's "latin1" is windows-1252. */
export const latin1: Codec = {
  complete: allOf,

  text(bytes) {
    let text = "";
    for (let start = 0; start < bytes.length; start += MOST_ARGUMENTS) {
      const part = bytes.subarray(start, start + MOST_ARGUMENTS);
      // Five times faster than with spread syntax.
      text += String.fromCharCode.apply(null, part as unknown as number[]);
    }
    return text;
  },

  fault() {
    return undefined;
  },
};
