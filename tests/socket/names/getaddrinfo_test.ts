import { assertEquals, assertRejects } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AI_CANONNAME,
  AI_V4MAPPED,
  gaierror,
  getaddrinfo,
  getnameinfo,
  IPPROTO_TCP,
  NI_NUMERICHOST,
  OSError,
  SOCK_STREAM,
  UnicodeEncodeError,
} from "../../../socket/mod.ts";

const tcp = { type: SOCK_STREAM };

Deno.test("getaddrinfo() reads numbers without any permission", {
  permissions: "none",
}, async () => {
  assertEquals(await getaddrinfo("127.1", "80", tcp), [
    [AF_INET, SOCK_STREAM, IPPROTO_TCP, "", ["127.0.0.1", 80]],
  ]);
  assertEquals(await getaddrinfo("fe80::1%3", "https", tcp), [
    [AF_INET6, SOCK_STREAM, IPPROTO_TCP, "", ["fe80::1", 443, 0, 3]],
  ]);
  assertEquals((await getaddrinfo(null, 80)).length, 6);
});

Deno.test("getaddrinfo() knows localhost without any permission", {
  permissions: "none",
}, async () => {
  for (const host of ["localhost", "LOCALHOST.", "app.localhost"]) {
    const infos = await getaddrinfo(host, 80, tcp);
    assertEquals(infos.map(([, , , , address]) => address[0]), [
      "::1",
      "127.0.0.1",
    ]);
    const [only] = await getaddrinfo(host, 80, { ...tcp, family: AF_INET });
    assertEquals(only[4], ["127.0.0.1", 80]);
  }
});

Deno.test("getaddrinfo() gives a canonical name for AI_CANONNAME, in the first answer", async () => {
  const infos = await getaddrinfo("127.1", null, { flags: AI_CANONNAME });
  assertEquals(infos.map(([, , , canonname]) => canonname), ["127.1", "", ""]);
});

Deno.test("getaddrinfo() maps IPv4 addresses for AI_V4MAPPED", async () => {
  const [info] = await getaddrinfo("192.0.2.1", 80, {
    ...tcp,
    family: AF_INET6,
    flags: AI_V4MAPPED,
  });
  assertEquals(info[4], ["::ffff:192.0.2.1", 80, 0, 0]);
  const [back] = await getaddrinfo("::ffff:192.0.2.1", 80, {
    ...tcp,
    family: AF_INET,
  });
  assertEquals(back[4], ["192.0.2.1", 80]);
});

Deno.test("getaddrinfo() throws TypeError, RangeError or UnicodeEncodeError for arguments that no system call gets", async () => {
  for (const host of [5, undefined, "a\0b", ["::1"]]) {
    await assertRejects(() => getaddrinfo(host as string, 80), TypeError);
  }
  for (const port of [1.5, NaN, true, undefined, "http\0"]) {
    await assertRejects(() => getaddrinfo("::1", port as number), TypeError);
  }
  for (const name of ["family", "type", "proto", "flags"]) {
    await assertRejects(
      () => getaddrinfo("::1", 80, { [name]: 2 ** 31 }),
      RangeError,
    );
  }
  for (const host of [".", "a..b", ".a", `${"a".repeat(64)}.b`, "\ud800"]) {
    await assertRejects(() => getaddrinfo(host, 80), UnicodeEncodeError);
  }
});

Deno.test("getaddrinfo() does not ask for a name that is too long", {
  permissions: "none",
}, async () => {
  for (const host of [`${"a".repeat(50)}.`.repeat(5), ""]) {
    const error = await assertRejects(() => getaddrinfo(host, 80), gaierror);
    assertEquals(error.code, "EAI_NONAME");
  }
});

Deno.test("getaddrinfo() rejects with the reason of a signal that has aborted", async () => {
  const reason = new Error("stop");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() =>
    getaddrinfo("name.invalid", 80, { signal })
  );
  assertEquals(error, reason);
});

Deno.test("getnameinfo() writes numbers without any permission", {
  permissions: "none",
}, async () => {
  assertEquals(await getnameinfo(["127.1", 80], NI_NUMERICHOST), [
    "127.0.0.1",
    "http",
  ]);
  assertEquals(await getnameinfo(["fe80::1", 1, 0, 9], NI_NUMERICHOST), [
    "fe80::1%9",
    "tcpmux",
  ]);
});

Deno.test("getnameinfo() throws OSError for an IPv4 address with a scope", async () => {
  const error = await assertRejects(
    () => getnameinfo(["127.0.0.1", 80, 0, 0], 0),
    OSError,
  );
  assertEquals(
    error.message,
    'Cannot look up "127.0.0.1": IPv4 sockaddr must be 2 tuple',
  );
});
