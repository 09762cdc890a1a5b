// System calls that fail in the kernel's ways, by strace's hand: nothing is lost,
// nothing hangs, and the error that the program cannot be spared is the right one.
import { assert, assertEquals } from "@std/assert";
import { needsProgram } from "../support/foreign.ts";
import { hasPosix } from "../support/posix.ts";

const here = (name: string) =>
  decodeURIComponent(new URL(name, import.meta.url).pathname);

// The call that the program makes first; calls before it are Deno's own.
const MARK = "getsockname(2147483392,";

// Seconds after which a program that hangs is ended.
const LONGEST = "20";

const needs = {
  ignore: !hasPosix || needsProgram("strace", "--version").ignore,
};

type Way = "connections" | "server" | "descriptors";

interface Fault {
  /** What the program does, as its argument says it. */
  readonly way: Way;
  readonly syscall: string;
  readonly error: string;
  /** The first of the program's calls that fails. */
  readonly first: number;
  /** Every which call after it fails too; none if omitted. */
  readonly step?: number;
  /** How often the program is told of the error at least; never if omitted. */
  readonly told?: number;
}

const faults: readonly Fault[] = [
  // The kernel's word that a signal came is not the program's business.
  ...faultsOf("connections", "EINTR", [
    ["recvfrom", 1, 3],
    ["sendto", 1, 3],
    ["accept4", 1],
    ["connect", 1],
    ["epoll_wait", 1, 2],
  ]),
  ...faultsOf("descriptors", "EINTR", [["recvmsg", 1, 3], ["sendmsg", 1, 3]]),
  ...faultsOf("server", "EINTR", [["accept4", 2]]),
  // It would have to wait. The kernel says so only where it will have news, and
  // does when a descriptor is new to the poller: these are the first calls.
  ...faultsOf("connections", "EAGAIN", [
    ["recvfrom", 1],
    ["sendto", 1],
    ["accept4", 1],
  ]),
  ...faultsOf("descriptors", "EAGAIN", [["recvmsg", 1], ["sendmsg", 1]]),
  // These are passing errors of which a caller has to know.
  ...faultsOf("connections", "ENOBUFS", [["sendto", 5, 50, 4]]),
  ...faultsOf("connections", "ENOMEM", [["recvfrom", 7, 50, 4]]),
  ...faultsOf("descriptors", "ENOBUFS", [["sendmsg", 5, 50, 4]]),
  ...faultsOf("descriptors", "ENOMEM", [["recvmsg", 7, 50, 4]]),
  ...faultsOf("connections", "EMFILE", [["socket", 1, 0, 1]]),
  ...faultsOf("connections", "ENFILE", [["socket", 2, 0, 1]]),
  ...faultsOf("descriptors", "EMFILE", [
    ["socketpair", 1, 0, 1],
    ["epoll_create1", 1, 0, 1],
    ["eventfd2", 1, 0, 1],
  ]),
  ...faultsOf("connections", "EADDRINUSE", [["bind", 1, 0, 1]]),
  ...faultsOf("connections", "ENETUNREACH", [["connect", 1, 0, 1]]),
  // The poller's first descriptor is its own.
  ...faultsOf("descriptors", "ENOMEM", [
    ["epoll_ctl", 1, 0, 1],
    ["epoll_ctl", 2, 0, 1],
  ]),
  // A loop that accepts goes on after these. The second attempt is the one that
  // would have had the connection; the first one finds none yet.
  ...faultsOf("connections", "ECONNABORTED", [["accept4", 2]]),
  ...faultsOf("connections", "EMFILE", [["accept4", 1], ["epoll_create1", 1]]),
  ...faultsOf("connections", "ENOBUFS", [["accept4", 2]]),
  ...faultsOf("connections", "ENOMEM", [["epoll_ctl", 2]]),
  ...faultsOf("server", "ECONNABORTED", [["accept4", 2]]),
  ...faultsOf("server", "EMFILE", [["accept4", 2]]),
  ...faultsOf("server", "ENOBUFS", [["accept4", 1]]),
];

/** Gives faults of one kind, which are otherwise as a {@linkcode Fault} says. */
function faultsOf(
  way: Way,
  error: string,
  calls: readonly [
    syscall: string,
    first: number,
    step?: number,
    told?: number,
  ][],
): Fault[] {
  return calls.map(([syscall, first, step, told]) => (
    { way, error, syscall, first, step, told }
  ));
}

/** What the program printed, and the calls of its main thread, which makes all of ours. */
interface Run {
  readonly printed: string;
  /** The calls before the mark, which are Deno's, and those after it. */
  readonly trace: readonly [theirs: string, ours: string];
}

/** Runs the program under strace. */
async function run(way: Way, ...options: string[]): Promise<Run> {
  const file = await Deno.makeTempFile({ prefix: "faults-" });
  try {
    const { stdout, stderr } = await new Deno.Command("timeout", {
      args: [
        LONGEST,
        "strace",
        "-o",
        file,
        ...options,
        Deno.execPath(),
        "run",
        "--quiet",
        `--config=${here("../../deno.json")}`,
        "--allow-ffi",
        here("./posix_faults/echo.ts"),
        way,
      ],
    }).output();
    const [printed, told] = [stdout, stderr].map((bytes) =>
      new TextDecoder().decode(bytes)
    );
    const trace = await Deno.readTextFile(file);
    assert(printed !== "", `it hung, or ended:\n${told}${trace.slice(-2000)}`);
    const [theirs, ours] = trace.split(MARK);
    return { printed, trace: [theirs, ours] };
  } finally {
    await Deno.remove(file);
  }
}

const syscalls = [...new Set(faults.map(({ syscall }) => syscall))];
let counts: Promise<ReadonlyMap<string, number>> | undefined;

/** Counts the calls that Deno makes before the program's first, by their names. */
async function countBefore(): Promise<ReadonlyMap<string, number>> {
  const { trace: [theirs] } = await run(
    "descriptors",
    "-e",
    `trace=getsockname,${syscalls}`,
  );
  const lines = theirs.split("\n");
  return new Map(syscalls.map((name) => [
    name,
    lines.filter((line) => line.startsWith(`${name}(`)).length,
  ]));
}

for (const { way, syscall, error, first, step, told } of faults) {
  const which = step ? `${first}, then each ${step}` : `${first}`;
  Deno.test({
    ...needs,
    name:
      `an echo by ${way} is whole though ${syscall} fails with ${error}: ${which} [POSIX]`,
    async fn() {
      counts ??= countBefore();
      const when = (await counts).get(syscall)! + first;
      const steps = step ? `+${step}` : "";
      const { printed, trace: [, ours] } = await run(
        way,
        "-e",
        `trace=getsockname,${syscall}`,
        "-e",
        `inject=${syscall}:error=${error}:when=${when}${steps}`,
      );
      const injected = ours.split("(INJECTED)").length - 1;
      assert(step ? injected > 3 : injected === 1, `${injected} have failed`);
      const { wrong, errors } = JSON.parse(printed);
      assertEquals(wrong, 0);
      assertEquals([...new Set(errors)], told === undefined ? [] : [error]);
      assert(errors.length >= (told ?? 0), `told of ${errors.length}`);
    },
  });
}
