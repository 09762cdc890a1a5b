// Calls on one socket, made by CPython and by this library with the POSIX driver.
import {
  AF_INET,
  AF_UNIX,
  gaierror,
  OSError,
  SOCK_DGRAM,
  type Socket,
  socket,
} from "../../../socket/mod.ts";
import { posix } from "../../support/posix.ts";
import { runPython } from "../../support/python.ts";
import { fromValue, pythonValues, toValue, type Value } from "./value.ts";

/** A method by Python's name and what it is given. */
export type Call = readonly [method: string, ...args: Value[]];

/** What a socket is. */
export type Kind = readonly [family: number, type: number, proto?: number];

/** Calls on a new socket. */
export interface Probe {
  /** What its name says besides the kind and the calls. */
  readonly name?: string;
  readonly kind: Kind;
  /**
   * Whether the socket is really of AF_INET and only taken for one of the kind,
   * so that a kernel without the family still lets its addresses be made.
   */
  readonly posing?: boolean;
  readonly calls: readonly Call[];
  /** The parts of an address that the kernel chooses. */
  readonly chosen?: readonly number[];
  /** How the last call ends here where it differs on purpose, and why. */
  readonly differs?: { readonly ours: string; readonly reason: string };
}

/** How the calls of a probe ended, `socket()` itself first; it stops at the first error. */
export type Outcome = readonly string[];

// What no kernel saw has no number: Python's exceptions and ours by kind.
const program = `
import json, os, socket, sys
folder, probes = sys.argv[1], json.load(sys.stdin)
${pythonValues}
KINDS = {
    TypeError: "TypeError", SystemError: "TypeError",
    OverflowError: "RangeError", ValueError: "TypeError or RangeError",
}

def outcome(error):
    if isinstance(error, socket.gaierror):
        return "gaierror " + str(error.errno)
    if isinstance(error, TimeoutError) and error.errno is None:
        return "timed out"
    if isinstance(error, OSError):
        if error.errno is None:
            return "OSError " + str(error).split(": ")[-1]
        return "errno " + str(error.errno)
    if isinstance(error, UnicodeError):
        return "UnicodeError"
    return KINDS.get(type(error), repr(error))

def show(method, result, family):
    if family == socket.AF_UNIX and method.endswith("name"):
        return unix_to_value(result, folder)
    return to_value(result, folder)

def run(probe):
    family, kind, proto = (probe["kind"] + [0])[:3]
    outcomes = []
    s = None
    try:
        if probe.get("posing"):
            fd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).detach()
            s = socket.socket(family, kind, proto, fileno=fd)
        else:
            s = socket.socket(family, kind, proto)
        s.settimeout(5)
        outcomes.append(None)
        for method, *args in probe["calls"]:
            args = [from_value(each, folder) for each in args]
            outcomes.append(show(method, getattr(s, method)(*args), family))
    except Exception as error:
        outcomes.append("!" + outcome(error))
    finally:
        if s is not None: s.close()
    return outcomes

print(json.dumps([run(probe) for probe in probes]))
`;

/** Runs probes in CPython. */
async function inPython(
  probes: readonly Probe[],
  folder: string,
): Promise<Outcome[]> {
  const stdin = JSON.stringify(probes);
  const printed = await runPython(program, { stdin, args: [folder] });
  const outcomes: Value[][] = JSON.parse(printed);
  return outcomes.map((each, index) => shown(each, probes[index]));
}

function open({ kind, posing }: Probe): Socket {
  const [family, type, proto = 0] = kind;
  if (!posing) return socket(family, type, proto, { driver: posix });
  const fileno = socket(AF_INET, SOCK_DGRAM, 0, { driver: posix }).detach();
  return socket(family, type, proto, { driver: posix, fileno });
}

/** Runs one probe with the sockets of this library. */
async function ours(probe: Probe, folder: string): Promise<Outcome> {
  const outcomes: Value[] = [];
  let s: Socket | undefined;
  try {
    s = open(probe);
    s.settimeout(5);
    outcomes.push(null);
    for (const [method, ...args] of probe.calls) {
      const name = method.replace(
        /_([a-z])/g,
        (_, letter) => letter.toUpperCase(),
      );
      const target = s as unknown as Record<
        string,
        (...args: unknown[]) => unknown
      >;
      const result = await target[name](
        ...args.map((each) => fromValue(each, folder)),
      );
      outcomes.push(toValue(result, folder));
    }
  } catch (error) {
    outcomes.push(`!${outcomeOf(error)}`);
  } finally {
    await s?.[Symbol.asyncDispose]();
  }
  return shown(outcomes, probe);
}

function outcomeOf(error: unknown): string {
  if (error instanceof gaierror) return `gaierror ${error.errno}`;
  if (error instanceof OSError) {
    if (error.errno !== undefined) return `errno ${error.errno}`;
    return error.code === "ETIMEDOUT"
      ? "timed out"
      : `OSError ${error.strerror}`;
  }
  if (!(error instanceof Error)) return String(error);
  return error.name === "UnicodeEncodeError" ? "UnicodeError" : error.name;
}

function shown(
  outcomes: readonly Value[],
  { chosen = [], kind }: Probe,
): Outcome {
  return outcomes.map((outcome) => {
    if (typeof outcome === "string" && outcome.startsWith("!")) {
      return outcome.slice(1);
    }
    if (chosen.length === 0) return JSON.stringify(outcome);
    if (Array.isArray(outcome)) {
      return JSON.stringify(
        outcome.map((part, index) => chosen.includes(index) ? "*" : part),
      );
    }
    return kind[0] === AF_UNIX && typeof outcome === "string"
      ? JSON.stringify(outcome.replace(/[0-9a-f]/g, "*"))
      : JSON.stringify(outcome);
  });
}

/** Tells whether both sides ended alike. */
function isAlike(python: Outcome, got: Outcome): boolean {
  return python.length === got.length &&
    python.every((each, index) => each.split(" or ").includes(got[index]));
}

/** Names a probe in a message. */
function show({ name, kind, calls }: Probe): string {
  const made = calls.map(([method, ...args]) =>
    `${method}(${args.map((each) => JSON.stringify(each)).join(", ")})`
  );
  const what = `socket(${kind.join(", ")}) ${made.join(" ")}`.slice(0, 120);
  return name === undefined ? what : `${name}: ${what}`;
}

/** Runs probes on both sides and says where they end differently, or no longer do. */
export async function complaints(probes: readonly Probe[]): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "posix-" });
  try {
    for (const side of ["p", "o"]) await Deno.mkdir(`${folder}/${side}`);
    const expected = await inPython(probes, `${folder}/p`);
    const found: string[] = [];
    for (const [index, probe] of probes.entries()) {
      const got = await ours(probe, `${folder}/o`);
      const python = [...expected[index]];
      const { differs } = probe;
      if (differs !== undefined) {
        if (isAlike(python, got)) {
          found.push(`${show(probe)} no longer differs`);
        }
        python[python.length - 1] = differs.ours;
      }
      if (!isAlike(python, got)) {
        found.push(
          `${show(probe)} ends here in ${got.slice(-2)}, in CPython in ${
            expected[index].slice(-2)
          }`,
        );
      }
    }
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
