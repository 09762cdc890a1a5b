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
  [/^sendto\(\d+, "# One/, "CPython sends what it cannot sendfile"],
];

/** What is other by nature, and what is put for it. */
const alike: readonly [pattern: RegExp, replacement: string][] = [
  [/ += (?=-?\d)/, " = "],
  // Descriptors have other numbers, and lie at other addresses.
  [/^(\w+)\(\d+/, "$1(s"],
  [/^((?:socket|accept4)\(.*) = \d+$/, "$1 = a descriptor"],
  [/^(socketpair\(.*)\[\d+, \d+\]/, "$1descriptors"],
  [/^sendfile\(s, \d+/, "sendfile(s, f"],
  // CPython looks how long the file is, where all of it is asked for.
  [/^(sendfile\(.*), \d{5,}\)/, "$1, all)"],
  [/\b0x[0-9a-f]+(?=[,)\]])/g, "memory"],
  // Ours do not block, so whoever waits for them can wait for others too.
  [/\|?SOCK_(?:CLOEXEC|NONBLOCK)/g, ""],
  // A call that is to take all of what comes is made until it has all.
  [/\|?MSG_(?:DONTWAIT|WAITALL|CMSG_CLOEXEC)\b/g, ""],
  [/, \|/, ", "],
  [/, (?=[,)])/, ", 0"],
  // Each process has an abstract name of its own.
  [/"scenario-\d{8}"/, '"scenario"'],
  // Ports are the kernel's choice.
  [/htons\(\d{4,}\)/g, "htons(port)"],
  // The place for an address is as long as the longest, and not always asked for.
  [/msg_iov=\[\]/, "msg_iov=NULL"],
  [/^((?:accept4|getpeername)\(s), .*\)(?= =)/, "$1)"],
  [
    /^recvfrom\(s, (.*), (\d+), (\w[\w|]*), (?:NULL|memory|\{.*\}), (?:NULL|\[.*\])\)/,
    "receive([{iov_base=$1, iov_len=$2}], $3)",
  ],
  [
    /^recvmsg\(s, .*msg_iov=(\[.*\]), msg_iovlen.*, (\w[\w|]*)\)/,
    "receive($1, $2)",
  ],
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
    if (rest.endsWith(" <unfinished ...>")) {
      begun = rest.replace(" <unfinished ...>", "");
      continue;
    }
    const whole = rest.replace(/^<\.\.\. \w+ resumed>/, begun);
    const [, error] = /\) += -1 (E\w+)/.exec(whole) ?? [];
    if (!/\) += -?\d+/.test(whole) || WAITS.includes(error)) continue;
    if (whole.includes(MARK) || apart.some(([each]) => each.test(whole))) {
      continue;
    }
    calls.push(
      alike.reduce((text, [each, to]) => text.replace(each, to), whole),
    );
  }
  return calls;
}
