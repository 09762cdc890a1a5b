// Descriptors that a socket takes over, duplicates or gives up. In processes of
// their own, where nobody else opens and closes descriptors.
import { assertEquals } from "@std/assert";
import { hasPosix } from "../support/posix.ts";
import { posixValue } from "../support/posix_program.ts";
import { hasPython, runPython } from "../support/python.ts";

const ignore = !hasPosix;

/** Registers a test of what a body returns. */
function test(
  name: string,
  body: string,
  gives: unknown,
  through?: readonly string[],
): void {
  Deno.test(name, { ignore }, async () => {
    assertEquals(await posixValue(body, { through }), gives);
  });
}

const refused = [
  "-1",
  "2 ** 31",
  "1.5",
  "NaN",
  "Infinity",
  "true",
  `"3"`,
  "null",
  "3n",
];

for (
  const [name, call] of [
    [
      "socket()",
      "(fileno) => s.socket(s.AF_UNIX, s.SOCK_STREAM, 0, { fileno })",
    ],
    ["fromfd()", "(fd) => s.fromfd(fd, s.AF_UNIX, s.SOCK_STREAM)"],
  ]
) {
  test(
    `${name} takes over no number that is out of range, no fraction, and nothing else`,
    `
    const codes = [];
    for (const each of [${refused}]) codes.push(await told(() => (${call})(each)));
    return codes;`,
    [
      ...["RangeError", "RangeError", "TypeError", "TypeError", "TypeError"],
      ...Array(4).fill("TypeError"),
    ],
  );

  test(
    `${name} gives EBADF for a number that is not open and ENOTSOCK for a file or an object`,
    `
    const call = ${call};
    return [await told(() => call(1e6)), await told(() => call(3)), await told(() => call({ fd: 3 }))];`,
    ["EBADF", "ENOTSOCK", "ENOTSOCK"],
    ["sh", "-c", 'exec 3<"$0"; exec "$@"', import.meta.filename!],
  );
}

test(
  "socket() does not take over what another socket has",
  `
  const [one, other] = await s.socketpair();
  const code = await told(() => s.socket(undefined, undefined, undefined, { fileno: one.fileno() }));
  await other.sendall(bytes("mine"));
  return [code, text(await one.recv(9))];`,
  ["EBUSY", "mine"],
);

test(
  "socket() takes the descriptor over, and fromfd() a duplicate of it",
  `
  const [one, other] = await s.socketpair();
  const number = one.detach();
  const copy = s.fromfd(number, s.AF_UNIX, s.SOCK_STREAM);
  const own = s.socket(undefined, undefined, undefined, { fileno: number });
  const numbers = [own.fileno() === number, copy.fileno() === number];
  copy.close();
  await other.sendall(bytes("still open"));
  const data = text(await own.recv(99));
  own.close();
  const end = (await other.recv(9)).length;
  return [...numbers, data, end];`,
  [true, false, "still open", 0],
);

const found = `
  const kinds = [
    s.socket(),
    s.socket(s.AF_INET, s.SOCK_DGRAM),
    s.socket(s.AF_UNIX, s.SOCK_DGRAM),
    s.socket(s.AF_UNIX, s.SOCK_SEQPACKET),
    s.socket(s.AF_NETLINK, s.SOCK_RAW, 0),
  ];
  return kinds.map((kind) => {
    const taken = s.socket(undefined, undefined, undefined, { fileno: kind.detach() });
    return [taken.family, taken.type, taken.proto];
  });`;

Deno.test({
  name:
    "socket() finds out family, type and protocol of what it takes over, as CPython",
  ignore: ignore || !hasPython,
  async fn() {
    const expected = await runPython(`
import json, socket as s
kinds = [s.socket(), s.socket(s.AF_INET, s.SOCK_DGRAM), s.socket(s.AF_UNIX, s.SOCK_DGRAM),
         s.socket(s.AF_UNIX, s.SOCK_SEQPACKET), s.socket(s.AF_NETLINK, s.SOCK_RAW, 0)]
found = []
for kind in kinds:
    taken = s.socket(fileno=kind.detach())
    found.append([taken.family, taken.type, taken.proto])
print(json.dumps(found))`);
    assertEquals(await posixValue(found), JSON.parse(expected));
  },
});

test(
  "detach() gives the number up without closing it, and not while a call waits",
  `
  const [one, other] = await s.socketpair();
  const waiting = told(() => one.recv(9));
  const busy = await told(() => one.detach());
  await other.sendall(bytes("first"));
  await waiting;
  const number = one.detach();
  const gone = [one.fileno(), await told(() => one.recv(9))];
  const again = s.socket(undefined, undefined, undefined, { fileno: number });
  await other.sendall(bytes("second"));
  return [busy, ...gone, text(await again.recv(9))];`,
  ["EBUSY", -1, "EBADF", "second"],
);

test(
  "dup() of a number gives another one for the same socket",
  `
  const [one, other] = await s.socketpair();
  const number = s.dup(one.fileno());
  one.close();
  const copy = s.socket(undefined, undefined, undefined, { fileno: number });
  await other.sendall(bytes("hello"));
  return [text(await copy.recv(9)), copy.getInheritable(), await told(() => s.dup(1e6))];`,
  ["hello", false, "EBADF"],
);
