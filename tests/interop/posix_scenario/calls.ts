// The system calls on sockets in a trace, in the form in which CPython's and ours
// are the same.

// The descriptor that both scenarios ask about first.
const MARK = "getsockname(2147483392,";

// The kernel has no news yet: our descriptors do not block, so a call that waits is
// made once more, and a connect is asked for its outcome.
const WAITS = ["EAGAIN", "EINPROGRESS", "EALREADY"];

/** What is not compared, and why. */
const apart: readonly [pattern: RegExp, reason: string][] = [
  [/^getsockname\(/, "CPython asks it of every socket it did not open itself"],
  [/^\w+\(-1,/, "CPython asks the kernel about closed sockets"],
  [/^getsockopt\(\d+, SOL_SOCKET, SO_LINGER,/, "we ask before a close"],
  [
    /^getsockopt\(\d+, SOL_SOCKET, SO_TYPE, .*\[4\]\) = 0$/,
    "we ask at close(fd)",
  ],
  [/^shutdown\(\d+, 0x7/, "we refuse it ourselves"],
  [/^setsockopt\(.*, NULL, -1\)/, "we refuse it ourselves"],
  [/^socketpair\(AF_UNIX, SOCK_STREAM\b.* = 0$/, "Deno makes one for signals"],
];

/** Lists the calls of the thread that made the mark, from there on. */
export function callsOf(trace: string): string[] {
  const calls: string[] = [];
  let thread: string | undefined;
  let begun = "";
  for (const line of trace.split("\n")) {
    const [, pid, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest?.includes(MARK)) thread = pid;
    if (pid === undefined || pid !== thread) continue;
    if (rest.endsWith("<unfinished ...>")) {
      begun = rest.replace("<unfinished ...>", "");
      continue;
    }
    const whole = rest.replace(/^<\.\.\. \w+ resumed>/, begun);
    const [, name, result, error] =
      /^(\w+)\(.*\) += (-?\d+)(?: (E\w+))?/.exec(whole) ?? [];
    if (name === undefined || WAITS.includes(error)) continue;
    if (whole.includes(MARK) || apart.some(([each]) => each.test(whole))) {
      continue;
    }
    // recvfrom may be our recvmsg; descriptors have other numbers.
    const call = name === "recvfrom" ? "recvmsg" : name;
    const makes = ["socket", "accept4"].includes(name) && Number(result) >= 0;
    calls.push(`${call} = ${error ?? (makes ? "a descriptor" : result)}`);
  }
  return calls;
}
