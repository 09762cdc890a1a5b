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

/** Runs the echo under strace; only the main thread, which makes all our calls. */
async function run(...options: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("timeout", {
    args: [
      LONGEST,
      "strace",
      ...options,
      Deno.execPath(),
      "run",
      "--quiet",
      `--config=${here("../../deno.json")}`,
      "--allow-ffi",
      here("./posix_faults/echo.ts"),
    ],
  }).output();
  const [printed, trace] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  assert(printed !== "", `it hung, or ended:\n${trace.slice(-2000)}`);
  return printed;
}

const counts = new Map<string, Promise<number>>();

/** Returns how many calls of a name Deno makes before the program's first. */
function before(syscall: string): Promise<number> {
  const count = counts.get(syscall) ?? countBefore(syscall);
  counts.set(syscall, count);
  return count;
}

async function countBefore(syscall: string): Promise<number> {
  const trace = await Deno.makeTempFile();
  try {
    await run("-o", trace, "-e", `trace=getsockname,${syscall}`);
    const [own] = (await Deno.readTextFile(trace)).split(MARK);
    return own.split(`${syscall}(`).length - 1;
  } finally {
    await Deno.remove(trace);
  }
}

interface Fault {
  readonly syscall: string;
  readonly error: string;
  /** The first of the program's calls that fails. */
  readonly first: number;
  /** Every which call after it fails too; none if omitted. */
  readonly step?: number;
  /** What the program is told: the code, and how often at least. */
  readonly told?: readonly [code: string, times: number];
}

const faults: readonly Fault[] = [
  // The kernel's word that a signal came is not the program's business.
  { syscall: "recvfrom", error: "EINTR", first: 1, step: 3 },
  { syscall: "sendto", error: "EINTR", first: 1, step: 3 },
  { syscall: "accept4", error: "EINTR", first: 1 },
  { syscall: "connect", error: "EINTR", first: 1 },
  { syscall: "epoll_wait", error: "EINTR", first: 1, step: 2 },
  // It would have to wait. The kernel says so only where it will have news, and
  // does when a descriptor is new to the poller: these are the first calls.
  { syscall: "recvfrom", error: "EAGAIN", first: 1 },
  { syscall: "sendto", error: "EAGAIN", first: 1 },
  { syscall: "accept4", error: "EAGAIN", first: 1 },
  // These are passing errors of which a caller has to know.
  {
    syscall: "sendto",
    error: "ENOBUFS",
    first: 5,
    step: 50,
    told: ["ENOBUFS", 4],
  },
  {
    syscall: "recvfrom",
    error: "ENOMEM",
    first: 7,
    step: 50,
    told: ["ENOMEM", 4],
  },
  { syscall: "socket", error: "EMFILE", first: 1, told: ["EMFILE", 1] },
  { syscall: "socket", error: "ENFILE", first: 2, told: ["ENFILE", 1] },
  { syscall: "bind", error: "EADDRINUSE", first: 1, told: ["EADDRINUSE", 1] },
  {
    syscall: "connect",
    error: "ENETUNREACH",
    first: 1,
    told: ["ENETUNREACH", 1],
  },
  // A loop that accepts goes on after these.
  { syscall: "accept4", error: "ECONNABORTED", first: 1 },
  { syscall: "accept4", error: "EMFILE", first: 1 },
  { syscall: "accept4", error: "ENOBUFS", first: 2 },
];

for (const { syscall, error, first, step, told } of faults) {
  const which = step === undefined ? `${first}` : `${first}, then each ${step}`;
  Deno.test({
    ...needs,
    name:
      `an echo is whole though ${syscall} fails with ${error}: ${which} [POSIX]`,
    async fn() {
      const when = await before(syscall) + first;
      const steps = step === undefined ? "" : `+${step}`;
      const printed = await run(
        "-o",
        "/dev/null",
        "-e",
        `trace=${syscall}`,
        "-e",
        `inject=${syscall}:error=${error}:when=${when}${steps}`,
      );
      const { wrong, errors } = JSON.parse(printed);
      assertEquals(wrong, 0);
      const [code, times] = told ?? ["", 0];
      assertEquals([...new Set(errors)], told === undefined ? [] : [code]);
      assert(errors.length >= times, `${errors.length} of ${times} ${code}`);
    },
  });
}
