import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkAddress } from "../../socket/check_address.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "../../socket/constants/mod.ts";
import { platform } from "../../socket/constants/platform.ts";
import { OSError } from "../../socket/errors.ts";
import { UnicodeEncodeError } from "../../socket/text/unicode_errors.ts";

/** Checks what no type would let through. */
function check(family: number, address: unknown): unknown {
  return checkAddress("bind", family, address as never);
}

Deno.test("checkAddress() gives an AF_INET address as it is", () => {
  assertEquals(check(AF_INET, ["127.0.0.1", 0]), ["127.0.0.1", 0]);
  assertEquals(check(AF_INET, ["localhost", 65535]), ["localhost", 65535]);
});

Deno.test("checkAddress() fills a short AF_INET6 address up", () => {
  assertEquals(check(AF_INET6, ["::1", 80]), ["::1", 80, 0, 0]);
  assertEquals(check(AF_INET6, ["::1", 80, 7]), ["::1", 80, 7, 0]);
  assertEquals(check(AF_INET6, ["::1", 80, 0xfffff, 2]), [
    "::1",
    80,
    0xfffff,
    2,
  ]);
});

Deno.test("checkAddress() gives an array of its own", () => {
  for (const family of [AF_INET, AF_INET6]) {
    const given = Object.freeze(["127.0.0.1", 1]);
    const got = check(family, given);
    assert(got !== given && !Object.isFrozen(got));
  }
});

Deno.test("checkAddress() throws TypeError for a value that is not an AF_INET address", () => {
  const wrong: [address: unknown, kind: string][] = [
    [null, "null"],
    [undefined, "undefined"],
    ["127.0.0.1:80", "string"],
    [80, "number"],
    [{ host: "127.0.0.1", port: 80 }, "Object"],
    [new Uint8Array(2), "Uint8Array"],
    [[], "an array of 0"],
    [["127.0.0.1"], "an array of 1"],
    [["127.0.0.1", 1, 0], "an array of 3"],
    [["::1", 1, 0, 0], "an array of 4"],
    [[1, 1], "an array of 2"],
    [[null, 1], "an array of 2"],
  ];
  for (const [address, kind] of wrong) {
    assertThrows(
      () => check(AF_INET, address),
      TypeError,
      `Cannot bind: an AF_INET address must be [host, port], not ${kind}`,
    );
  }
});

Deno.test("checkAddress() throws TypeError for a value that is not an AF_INET6 address", () => {
  for (const address of [null, "::1", ["::1"], ["::1", 1, 0, 0, 0], [1, 1]]) {
    assertThrows(
      () => check(AF_INET6, address),
      TypeError,
      "Cannot bind: an AF_INET6 address must be [host, port], [host, port, flowinfo] or [host, port, flowinfo, scopeid], not",
    );
  }
});

Deno.test("checkAddress() throws RangeError for a port that is not 0 to 65535", () => {
  for (const family of [AF_INET, AF_INET6]) {
    for (const port of [-1, 65536, 70000, Number.MIN_SAFE_INTEGER]) {
      assertThrows(
        () => check(family, ["127.0.0.1", port]),
        RangeError,
        `Cannot bind: the port must be 0 to 65535, not ${port}`,
      );
    }
  }
});

Deno.test("checkAddress() throws TypeError for a port that is not an integer", () => {
  for (const port of ["80", 1.5, NaN, Infinity, null, undefined, 80n, true]) {
    assertThrows(
      () => check(AF_INET, ["127.0.0.1", port]),
      TypeError,
      "Cannot bind: the port must be an integer, not",
    );
  }
});

Deno.test("checkAddress() throws RangeError for a flow label or scope out of range", () => {
  for (const [flow, scope] of [[-1, 0], [1 << 20, 0], [0, -1], [0, 2 ** 32]]) {
    assertThrows(
      () => check(AF_INET6, ["::1", 1, flow, scope]),
      RangeError,
      "Cannot bind: the ",
    );
  }
});

Deno.test("checkAddress() takes a path or bytes for AF_UNIX", () => {
  for (const address of ["", "/run/x", "\0name", new Uint8Array([47, 120])]) {
    assertEquals(check(AF_UNIX, address), address);
  }
});

Deno.test("checkAddress() takes lone surrogates of a path for bytes, as CPython does", () => {
  for (
    const [path, expected] of [
      ["/\udcc3\udca9x", "/éx"],
      ["\0\udcf0\udc9f\udca6\udc95", "\0🦕"],
      ["/x\udcff", Uint8Array.of(47, 120, 255)],
      ["\0\udcff🦕", Uint8Array.of(0, 255, 0xf0, 0x9f, 0xa6, 0x95)],
      // U+D83D and U+DC80 are a pair: one character, and not a byte.
      ["/\ud83d\udc80", "/💀"],
      ["/\ud83d\udc80\udc80", Uint8Array.of(47, 0xf0, 0x9f, 0x92, 0x80, 0x80)],
    ] as const
  ) assertEquals(check(AF_UNIX, path), expected);
});

Deno.test("checkAddress() throws UnicodeEncodeError for a surrogate that is not a byte", () => {
  for (
    const [path, start] of [
      ["/x\ud800", 2],
      ["\udc7f", 0],
      ["\0🦕\udcff\udd00", 4],
      ["/\udcff\ud83d", 2],
    ] as const
  ) {
    const error = assertThrows(() => check(AF_UNIX, path), UnicodeEncodeError);
    assertEquals([error.encoding, error.object, error.start, error.reason], [
      "utf-8",
      path,
      start,
      "surrogates not allowed",
    ]);
  }
});

Deno.test("checkAddress() counts the bytes that surrogates stand for", () => {
  const longest = "/".padEnd(platform === "darwin" ? 103 : 107, "\udcff");
  assertEquals((check(AF_UNIX, longest) as Uint8Array).length, longest.length);
  assertThrows(() => check(AF_UNIX, `${longest}x`), OSError, "path too long");
});

Deno.test("checkAddress() throws TypeError for a value that is not an AF_UNIX address", () => {
  for (const address of [null, undefined, 1, [], ["/run/x"], { path: "/x" }]) {
    assertThrows(
      () => check(AF_UNIX, address),
      TypeError,
      "Cannot bind: an AF_UNIX address must be a path or bytes, not",
    );
  }
});

Deno.test("checkAddress() takes strings, numbers and bytes for other families", () => {
  for (const address of [[1, 2, 3], "eth0", ["eth0", 3, new Uint8Array(6)]]) {
    assertEquals(check(16, address), address);
  }
  for (const address of [null, undefined, 1, {}, [null], [[1]]]) {
    assertThrows(
      () => check(16, address),
      TypeError,
      "Cannot bind: the address must be an array of strings, numbers and bytes, not",
    );
  }
});

Deno.test("checkAddress() writes the special hosts as numbers", () => {
  assertEquals(check(AF_INET, ["", 80]), ["0.0.0.0", 80]);
  assertEquals(check(AF_INET, ["<broadcast>", 80]), ["255.255.255.255", 80]);
  assertEquals(check(AF_INET6, ["", 80]), ["::", 80, 0, 0]);
  // As in Python, which knows it for IPv4 only.
  assertEquals(check(AF_INET6, ["<broadcast>", 80]), ["<broadcast>", 80, 0, 0]);
});

Deno.test("checkAddress() refuses a Unix path that is too long, as Python does", () => {
  const most = platform === "darwin" ? 103 : 107;
  for (const long of ["x".repeat(most), `\0${"x".repeat(most)}`]) {
    assertEquals(check(AF_UNIX, long), long);
    const error = assertThrows(() => check(AF_UNIX, `${long}x`), OSError);
    assertEquals(error.strerror, "AF_UNIX path too long");
    assertEquals(error.errno, undefined);
  }
});
