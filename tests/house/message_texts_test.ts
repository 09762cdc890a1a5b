import { assertEquals } from "@std/assert";
import { expectNone, libraryFiles, lineOf, piecesOf, read } from "./source.ts";

// Messages are `Cannot <verb> <what>: <state>`. Those of OSError are made in
// socket/errors.ts from fields; all others stand, whole, where they are thrown.

/** A literal of the sources, what is within `${}` shown as "…". */
interface Text {
  readonly text: string;
  readonly position: number;
  /** The code right before it. */
  readonly before: string;
}

const THROWN =
  /\b(?:new (?:Error|TypeError|RangeError|SyntaxError|AggregateError)|super)\(/g;
const CONTRACTION =
  /\b(?:can't|cannot've|[a-z]+n't|(?:it|that|there|what|let)'s|[a-z]+'(?:re|ve|ll))\b/i;
const ADVICE =
  "Write `Cannot <verb> <what>: <state>[; hint]`, with no period at the end and no contraction; values in quotes:";

/** Lists the literals within a stretch of a source, nested ones apart. */
function textsIn(source: string, from: number, to: number): Text[] {
  const found: { text: string; position: number; before: string }[] = [];
  const pieces = piecesOf(source);
  const base = pieces.find(({ end }) => end > from)?.depth ?? 0;
  let code = "";
  let open: typeof found[number] | undefined;
  for (const { kind, start, end, depth } of pieces) {
    if (end <= from || start >= to || depth > base) continue;
    const part = source.slice(Math.max(start, from), Math.min(end, to));
    if (kind === "text") {
      const inner = part.replace(/^["'`}]/, "").replace(/(?:["'`]|\$\{)$/, "");
      if (open === undefined) {
        open = { text: inner, position: start, before: code };
        found.push(open);
      } else open.text += `…${inner}`;
      if (!part.endsWith("${")) open = undefined;
    } else if (kind === "code") code = part;
  }
  return found;
}

/** Finds the bracket that closes the one right before a position. */
function closingOf(source: string, position: number): number {
  let open = 1;
  for (const { kind, start, end } of piecesOf(source)) {
    for (
      let at = Math.max(start, position);
      kind === "code" && at < end;
      at++
    ) {
      if ("([{".includes(source[at])) open++;
      if (")]}".includes(source[at]) && --open === 0) return at;
    }
  }
  return source.length;
}

/** Tells what is wrong with a message, or with a part of one. */
function faultOf(text: string, isWhole: boolean): string | undefined {
  if (isWhole && !/^Cannot \S.*: \S/s.test(text)) {
    return 'it does not begin with "Cannot <verb> <what>: "';
  }
  if (/\.$/.test(text)) return "it ends in a period";
  const contraction = CONTRACTION.exec(text)?.[0];
  return contraction && `it has the contraction ${contraction}`;
}

/** The messages that a file throws, each with its fault if it has one. */
function thrownIn(source: string): { text: Text; fault: string | undefined }[] {
  const found: { text: Text; fault: string | undefined }[] = [];
  const pieces = piecesOf(source).filter(({ kind }) => kind === "code");
  for (const { start, end } of pieces) {
    const code = source.slice(start, end);
    for (
      const match of code.matchAll(THROWN)
    ) {
      const from = start + match.index + match[0].length;
      const texts = textsIn(source, from, closingOf(source, from))
        // Without a space it is not a message but a value that is compared.
        .filter(({ text }) => text.includes(" "));
      for (const text of texts) {
        found.push({ text, fault: faultOf(text.text, true) });
      }
      if (texts.length === 0 && !match[0].startsWith("super")) {
        const text = { text: match[0], position: from, before: "" };
        found.push({ text, fault: "its message is not written here" });
      }
    }
  }
  return found;
}

Deno.test("every message in the sources has the one shape", () => {
  const problems = libraryFiles().flatMap((path) => {
    const source = read(path);
    return thrownIn(source).filter(({ fault }) => fault !== undefined)
      .map(({ text, fault }) =>
        `${path}:${lineOf(source, text.position)} ${fault}: ${text.text}`
      );
  });
  expectNone(problems, ADVICE);
});

Deno.test("every part of an OSError's message in the sources has its shape", () => {
  const problems = libraryFiles().flatMap((path) => {
    const source = read(path);
    return textsIn(source, 0, source.length)
      .filter(({ before }) => /\b(?:state|subject|hint):\s*$/.test(before))
      .filter(({ text }) => faultOf(text, false) !== undefined)
      .map(({ text, position }) =>
        `${path}:${lineOf(source, position)} ${faultOf(text, false)}: ${text}`
      );
  });
  expectNone(problems, ADVICE);
});

Deno.test("the checks of messages find what is wrong", () => {
  const source = [
    'throw new TypeError("No such thing");',
    "throw new RangeError(`Cannot ${a(`b c`)} it: it is ${d}.`);",
    'throw new TypeError(x === "y" ? "Cannot x: it can\'t" : `Cannot z: no`);',
    "throw new Error(message);",
    "super(fields);",
  ].join("\n");
  assertEquals(
    thrownIn(source).map(({ text, fault }) => `${text.text} | ${fault}`),
    [
      'No such thing | it does not begin with "Cannot <verb> <what>: "',
      "Cannot … it: it is …. | it ends in a period",
      "Cannot x: it can't | it has the contraction can't",
      "Cannot z: no | undefined",
      "new Error( | its message is not written here",
    ],
  );
});
