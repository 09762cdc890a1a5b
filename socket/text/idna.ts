import { UnicodeEncodeError } from "./unicode_errors.ts";

// Host names in other scripts, as Python's codec "idna" encodes them: IDNA 2003
// (RFC 3490) with nameprep (RFC 3491). Browsers follow IDNA 2008, which keeps
// "ß", "ς" and the joiners; here, as in Python, "faß.de" is "fass.de". The RFCs
// are for Unicode 3.2; newer characters follow the runtime's Unicode.

// RFC 1035.
const LONGEST_LABEL = 63;

const ascii = /^[\0-\x7f]*$/;
// The separators of labels; RFC 3490, section 3.1.
const dots = /[.\u3002\uff0e\uff61]/;

// RFC 3454, tables B.1; C.1.2 to C.9; D.1 and the letters of D.2.
const mappedToNothing =
  /[\u00ad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/gu;
const prohibited =
  /(?![\0-\x7f])[\p{Zs}\p{Cc}\p{Co}\p{Cs}\u06dd\u070f\u180e\u200c-\u200f\u2028-\u202e\u2060-\u2063\u206a-\u206f\u2ff0-\u2ffb\u0340\u0341\ufdd0-\ufdef\ufeff\ufff9-\uffff\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]|[\ufffe\uffff\u{1fffe}\u{1ffff}\u{2fffe}\u{2ffff}\u{10fffe}\u{10ffff}]/u;
const rightToLeft =
  /[\u05be\u05c0\u05c3\u05d0-\u05f4\u061b\u061f\u0621-\u063a\u0640-\u064a\u066d-\u066f\u0671-\u06d5\u06dd\u06e5\u06e6\u06fa-\u06fe\u0700-\u070d\u0710\u0712-\u072c\u0780-\u07a5\u07b1\u200f\ufb1d\ufb1f-\ufb28\ufb2a-\ufd3d\ufd50-\ufdfc\ufe70-\ufefc]/u;
const letter = /^\p{L}/u;

/** Folds case by RFC 3454, table B.2, which also expands letters like "ß". */
function fold(text: string): string {
  return Array.from(
    text,
    (char) => char === "ı" ? char : char.toUpperCase().toLowerCase(),
  ).join("");
}

/** RFC 3491; `undefined` if the label has a prohibited character. */
function nameprep(label: string): string | undefined {
  const mapped = fold(
    fold(label.replace(mappedToNothing, "")).normalize("NFKC"),
  )
    .normalize("NFKC");
  if (prohibited.test(mapped)) return undefined;
  const chars = Array.from(mapped);
  if (chars.some((char) => rightToLeft.test(char))) {
    const ends = [chars[0], chars[chars.length - 1]];
    if (!ends.every((char) => rightToLeft.test(char))) return undefined;
    const isLeftToRight = (char: string) =>
      letter.test(char) && !rightToLeft.test(char);
    if (chars.some(isLeftToRight)) return undefined;
  }
  return mapped;
}

/** RFC 3492. */
function punycode(label: string): string {
  const points = Array.from(label, (char) => char.codePointAt(0)!);
  const basic = points.filter((point) => point < 0x80);
  let out = String.fromCharCode(...basic);
  if (basic.length > 0) out += "-";
  let [n, delta, bias] = [0x80, 0, 72];
  for (let done = basic.length; done < points.length; n++, delta++) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (done + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta++;
      if (point !== n) continue;
      let rest = delta;
      for (let k = 36;; k += 36) {
        const t = Math.min(26, Math.max(1, k - bias));
        const digit = rest < t ? rest : t + (rest - t) % (36 - t);
        out += digit.toString(36).replace(/./, toPunycodeDigit);
        if (rest < t) break;
        rest = Math.floor((rest - t) / (36 - t));
      }
      bias = adapt(delta, done + 1, done === basic.length);
      delta = 0;
      done++;
    }
  }
  return out;
}

/** Punycode's digits are a to z, then 0 to 9; those of JavaScript are 0 to 9, then a to z. */
function toPunycodeDigit(digit: string): string {
  const value = parseInt(digit, 36);
  return value < 26 ? String.fromCharCode(0x61 + value) : String(value - 26);
}

function adapt(delta: number, count: number, first: boolean): number {
  let k = 0;
  let rest = first ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / count);
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor(36 * rest / (rest + 38));
}

/**
 * Encodes a host name for the name server.
 *
 * @throws {UnicodeEncodeError} If a label is empty, is longer than 63 bytes or
 * has a prohibited character.
 */
export function encodeHost(host: string): string {
  const plain = ascii.test(host);
  const labels = host.split(plain ? "." : dots);
  let start = 0;
  const encoded = labels.map((label, index) => {
    const from = start;
    start += label.length + 1;
    if (label === "" && index === labels.length - 1) return "";
    return encodeLabel(host, from, label);
  });
  return encoded.join(".");
}

function encodeLabel(host: string, start: number, label: string): string {
  const fail = (reason: string) =>
    new UnicodeEncodeError("idna", host, start, reason);
  const prepared = ascii.test(label) ? label : nameprep(label);
  if (prepared === undefined) throw fail("invalid character in the label");
  if (prepared === "") throw fail("label empty");
  const isPlain = ascii.test(prepared);
  if (!isPlain && prepared.startsWith("xn--")) {
    throw fail("the label starts with the prefix of encoded ones");
  }
  const encoded = isPlain ? prepared : `xn--${punycode(prepared)}`;
  if (encoded.length > LONGEST_LABEL) throw fail("label too long");
  return encoded;
}
