import { type Address, quoteAddress } from "../../socket/address.ts";

/**
 * What {@linkcode compactTraceback} returns, in Python's order: where the error was
 * thrown, its class, the error itself, and the way there.
 */
export type CompactTraceback = [
  place: [file: string, function: string, line: string],
  type: { readonly name: string },
  value: unknown,
  info: string,
];

// A line of V8's stack, with or without the name of a function.
const FRAME = /^ +at (?:(.+?) \()?(.+?)(?::(\d+))?(?::\d+)?\)?$/;

// What stands where nothing is known, as for a thrown value that is no error.
const UNKNOWN = "?";

/**
 * Tells in a few words where an error comes from, for a log.
 *
 * Python looks at the error that is being handled; here it is given. What is not an
 * `Error` tells nothing of its place, which is then of question marks.
 *
 * @param error What was thrown.
 * @returns The file, function and line where it was thrown, its class, itself, and
 * the calls that led there, outermost first, as `[file|function|line]`.
 *
 * @example Usage
 * ```ts
 * import { compactTraceback } from "@berkeley/socket/asyncore";
 * import { assertEquals } from "@std/assert";
 *
 * function fail() {
 *   throw new RangeError("too much");
 * }
 * try {
 *   fail();
 * } catch (error) {
 *   const [[file, name, line], type, value, info] = compactTraceback(error);
 *   assertEquals([name, type, value], ["fail", RangeError, error]);
 *   assertEquals(info.endsWith(`[${file}|fail|${line}]`), true);
 * }
 * ```
 *
 * Port of [`asyncore.compact_traceback`](https://docs.python.org/3.11/library/asyncore.html).
 */
export function compactTraceback(error: unknown): CompactTraceback {
  const type = error === null || error === undefined
    ? { name: String(error) }
    : Object(error).constructor ?? Object;
  const frames = error instanceof Error ? framesOf(error) : [];
  const place = frames.at(-1) ?? [UNKNOWN, UNKNOWN, UNKNOWN];
  const info = frames.map((frame) => `[${frame.join("|")}]`).join(" ");
  return [place, type, error, info];
}

/** The calls that led to an error, outermost first. */
function framesOf({ stack = "" }: Error): CompactTraceback[0][] {
  return stack.split("\n").flatMap((text): CompactTraceback[0][] => {
    const found = FRAME.exec(text);
    if (found === null) return [];
    const [, name = UNKNOWN, file, line = UNKNOWN] = found;
    return [[file, name.replace(/^(?:async|new) /, ""), line]];
  }).reverse();
}

/** What a description tells of a dispatcher. */
interface Described {
  readonly accepting: boolean;
  readonly connected: boolean;
  readonly addr: Address | null;
}

/** Describes a dispatcher by its class, state and address. */
export function describe(dispatcher: Described): string {
  const words = [dispatcher.constructor.name];
  const { accepting, connected, addr } = dispatcher;
  if (accepting && addr) words.push("listening");
  else if (connected) words.push("connected");
  if (addr !== null) words.push(textOf(addr));
  return `<${words.join(" ")}>`;
}

/** Words the report of an error that no handler of a dispatcher has caught. */
export function uncaptured(error: unknown, dispatcher: object): string {
  const [, type, value, info] = compactTraceback(error);
  const words = value instanceof Error ? value.message : String(value);
  const name = nameOf(dispatcher);
  const what = `${type.name}:${words} ${info}`;
  return `uncaptured exception, closing channel ${name} (${what})`;
}

/** Describes a dispatcher, even if its own way to do so fails. */
function nameOf(object: object): string {
  try {
    return object.toString();
  } catch {
    return `<${object.constructor.name}, whose toString() failed>`;
  }
}

/** Formats an address: a pair as Python does, all else as messages do. */
function textOf(addr: Address): string {
  if (Array.isArray(addr) && addr.length === 2) {
    const [host, port] = addr;
    if (typeof port === "number") return `${host}:${port}`;
  }
  return quoteAddress(addr);
}
