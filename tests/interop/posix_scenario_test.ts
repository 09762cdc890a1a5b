// One scenario of some thousand steps, run by CPython and by this library on
// the POSIX driver: the same results, error numbers and system calls.
import { assert, assertEquals } from "@std/assert";
import { needsProgram } from "../support/foreign.ts";
import { needsBoth } from "./posix/needs.ts";
import { callsOf } from "./posix_scenario/calls.ts";
import { runBoth } from "./posix_scenario/run_both.ts";

const RANGE =
  "a number out of range is a RangeError everywhere in this library";
const WAKES =
  "CPython polls until its timeout, though nothing can come any more";

/** Where we differ on purpose: what the step says of CPython, of us, and why. */
const differences: Readonly<
  Record<string, readonly [python: string, ours: string, reason: string]>
> = {
  'c.getsockopt ["IPPROTO_TCP", "TCP_NODELAY", 2000]': [
    '["error","OSError",null]',
    '["error","RangeError",null]',
    RANGE,
  ],
  'a.getsockopt ["SOL_SOCKET", "SO_REUSEADDR", -1]': [
    '["error","OSError",null]',
    '["error","RangeError",null]',
    RANGE,
  ],
  'a.setsockopt ["SOL_SOCKET", "SO_REUSEADDR", null, -1]': [
    '["error","OSError",22]',
    '["error","RangeError",null]',
    RANGE,
  ],
  'f = fromfd [-1, "AF_UNIX", "SOCK_STREAM"]': [
    '["error","OSError",9]',
    '["error","RangeError",null]',
    RANGE,
  ],
  "b.recv [8]": ['["error","TimeoutError",null]', '"bytes "', WAKES],
  "l.accept []": [
    '["error","TimeoutError",null]',
    '["error","OSError",22]',
    WAKES,
  ],
  "a.getsockname []": [
    '"bytes 007363656e6172696f"',
    String.raw`"\u0000scenario"`,
    "an abstract name is a string here, as Socket.getsockname() says",
  ],
};

Deno.test({
  ...needsBoth,
  name: "the scenario ends step by step as in CPython [POSIX]",
  async fn() {
    const { python, ours } = await runBoth(false);
    const theirs = python.trim().split("\n");
    const lines = ours.trim().split("\n");
    assert(theirs.length > 900, `only ${theirs.length} steps`);
    assertEquals(lines.length, theirs.length);
    const used = new Set<string>();
    const strange = lines.flatMap((line, index) => {
      const [step, outcome] = JSON.parse(line);
      const [same, expected] = JSON.parse(theirs[index]);
      assertEquals(step, same);
      const [was, is] = [expected, outcome].map((each) => JSON.stringify(each));
      if (was === is) return [];
      used.add(step);
      const known = differences[step];
      return known?.[0] === was && known[1] === is
        ? []
        : [`step ${index + 1}, ${step}: CPython ${was}, we ${is}`];
    });
    assertEquals(strange, []);
    assertEquals([...used].sort(), Object.keys(differences).sort());
  },
});

Deno.test({
  ignore: needsBoth.ignore || needsProgram("strace", "--version").ignore,
  name: "the scenario makes CPython's system calls in CPython's order [POSIX]",
  async fn() {
    const { python, ours } = await runBoth(true);
    const theirs = callsOf(python);
    assert(theirs.length > 400, `only ${theirs.length} calls`);
    assertEquals(callsOf(ours), theirs);
  },
});
