import { assert, assertEquals } from "@std/assert";
import { darwin, errnoDarwin } from "../../socket/constants/darwin.ts";
import { errno, errnoCode, strerror } from "../../socket/constants/errno.ts";
import { errnoLinux, linux } from "../../socket/constants/linux.ts";
import * as constants from "../../socket/constants/mod.ts";
// Made by CPython 3.13 on Linux, x86-64.
import { errnoWindows, windows } from "../../socket/constants/windows.ts";
import recorded from "./constants_linux.json" with { type: "json" };

const exported: Record<string, unknown> = { ...constants };

const onLinux = Deno.build.os === "linux";

/** The groups of codes of a table that stand for one number. */
function sharedNumbers(table: Readonly<Record<string, number>>): string[][] {
  const codes = Object.keys(table).filter((code) => table[code] !== -1);
  const groups = Object.values(
    Object.groupBy(codes, (code) => String(table[code])),
  );
  return groups.filter((group) =>
    group !== undefined && group.length > 1
  ) as string[][];
}

Deno.test("constants are all of Python's names, and nothing else", () => {
  assertEquals(
    Object.keys(exported).sort(),
    Object.keys(recorded.linux).sort(),
  );
});

Deno.test("constants are whole numbers", () => {
  for (const [name, value] of Object.entries(exported)) {
    assert(Number.isSafeInteger(value), `${name} is ${value}`);
  }
});

Deno.test({
  name: "constants are Linux's numbers on Linux",
  ignore: !onLinux,
  fn: () => assertEquals(exported, recorded.linux),
});

Deno.test("linux has the numbers that CPython has on Linux", () => {
  assertEquals<Record<string, number>>(linux, recorded.linux);
});

Deno.test("darwin and windows have the names that linux has", () => {
  const names = Object.keys(linux);
  assertEquals(Object.keys(darwin), names);
  assertEquals(Object.keys(windows), names);
});

Deno.test("darwin has the numbers of macOS's headers", () => {
  assertEquals(darwin.AF_INET6, 30);
  assertEquals(darwin.AF_ROUTE, 17);
  assertEquals(darwin.SOL_SOCKET, 0xffff);
  assertEquals(darwin.SO_REUSEADDR, 4);
  assertEquals(darwin.SO_REUSEPORT, 0x200);
  assertEquals(darwin.SO_ERROR, 0x1007);
  assertEquals(darwin.MSG_DONTWAIT, 0x80);
  assertEquals(darwin.MSG_NOSIGNAL, 0x80000);
  assertEquals(darwin.IP_PKTINFO, 26);
  assertEquals(darwin.IPV6_V6ONLY, 27);
  assertEquals(darwin.IPV6_PKTINFO, 46);
  assertEquals(darwin.TCP_KEEPIDLE, 0x10);
  assertEquals(darwin.EAI_NONAME, 8);
  assertEquals(darwin.AI_NUMERICSERV, 0x1000);
  assertEquals(darwin.NI_NAMEREQD, 4);
  assertEquals(darwin.SOMAXCONN, 128);
  assertEquals(darwin.EAGAIN, 35);
});

Deno.test("windows has the numbers of Windows' headers", () => {
  assertEquals(windows.AF_INET6, 23);
  assertEquals(windows.SOL_SOCKET, 0xffff);
  assertEquals(windows.SO_REUSEADDR, 4);
  assertEquals(windows.SO_ERROR, 0x1007);
  assertEquals(windows.MSG_WAITALL, 8);
  assertEquals(windows.MSG_TRUNC, 0x100);
  assertEquals(windows.IP_ADD_MEMBERSHIP, 12);
  assertEquals(windows.IP_PKTINFO, 19);
  assertEquals(windows.IPV6_V6ONLY, 27);
  assertEquals(windows.TCP_KEEPIDLE, 3);
  assertEquals(windows.TCP_KEEPCNT, 16);
  assertEquals(windows.TCP_KEEPINTVL, 17);
  assertEquals(windows.EAI_NONAME, 11001);
  assertEquals(windows.AI_NUMERICSERV, 8);
  assertEquals(windows.SOMAXCONN, 0x7fffffff);
  assertEquals(windows.EAGAIN, 11);
  assertEquals(windows.EWOULDBLOCK, 10035);
});

Deno.test("darwin and windows have -1 for what only Linux has", () => {
  const onlyLinux =
    /^(ALG|CAN|J1939|NETLINK|PACKET|PF|SCM_J1939|SO_J1939|TIPC|UDPLITE)_/;
  for (const table of [darwin, windows]) {
    assertEquals(table.AF_PACKET, -1);
    assertEquals(table.AF_NETLINK, -1);
    assertEquals(table.SOCK_CLOEXEC, -1);
    assertEquals(table.SO_DOMAIN, -1);
    assertEquals(table.MSG_MORE, -1);
    assertEquals(table.TCP_CORK, -1);
    for (const [name, value] of Object.entries(table)) {
      if (onlyLinux.test(name)) assertEquals(value, -1, name);
    }
  }
  assertEquals(windows.SO_REUSEPORT, -1);
  assertEquals(windows.MSG_DONTWAIT, -1);
  assertEquals(windows.SCM_RIGHTS, -1);
  assertEquals(windows.EAI_SYSTEM, -1);
});

Deno.test("errnoDarwin has the numbers of macOS's sys/errno.h", () => {
  assertEquals(errnoDarwin.EAGAIN, 35);
  assertEquals(errnoDarwin.EADDRINUSE, 48);
  assertEquals(errnoDarwin.ECONNREFUSED, 61);
  assertEquals(errnoDarwin.ENOTSUP, 45);
  assertEquals(errnoDarwin.EOPNOTSUPP, 102);
  assertEquals(errnoDarwin.ENONET, -1);
});

Deno.test("errnoWindows has the numbers of Python's errno on Windows", () => {
  assertEquals(errnoWindows.ENOENT, 2);
  assertEquals(errnoWindows.EACCES, 13);
  assertEquals(errnoWindows.EPIPE, 32);
  assertEquals(errnoWindows.EADDRINUSE, 10048);
  assertEquals(errnoWindows.ETIMEDOUT, 10060);
  assertEquals(errnoWindows.ECONNREFUSED, 10061);
  assertEquals(errnoWindows.ENONET, -1);
});

Deno.test("errno gives two codes one number only where the system does", () => {
  const again = ["EAGAIN", "EWOULDBLOCK"];
  const deadlock = ["EDEADLK", "EDEADLOCK"];
  const unsupported = ["ENOTSUP", "EOPNOTSUPP"];
  assertEquals(sharedNumbers(errnoLinux), [again, deadlock, unsupported]);
  assertEquals(sharedNumbers(errnoDarwin), [again]);
  assertEquals(sharedNumbers(errnoWindows), [deadlock]);
});

Deno.test("errnoCode() names every number of errno", () => {
  for (const number of Object.values(errno)) {
    if (number === -1) continue;
    const code = errnoCode(number);
    assert(code !== undefined, String(number));
    assertEquals(errno[code], number);
  }
});

Deno.test("errnoCode() prefers EAGAIN, EDEADLK and EOPNOTSUPP", () => {
  assertEquals(errnoCode(errno.EDEADLK), "EDEADLK");
  assertEquals(errnoCode(errno.EAGAIN), "EAGAIN");
  assertEquals(errnoCode(errno.EOPNOTSUPP), "EOPNOTSUPP");
  assertEquals(errnoCode(errno.ECONNREFUSED), "ECONNREFUSED");
});

Deno.test("errnoCode() gives undefined if no code has the number", () => {
  for (const number of [-1, 0, 99999, NaN]) {
    assertEquals(errnoCode(number), undefined);
  }
});

Deno.test("strerror() gives the same words on every platform", () => {
  assertEquals(strerror("ECONNREFUSED"), "Connection refused");
  assertEquals(strerror("EWOULDBLOCK"), "Resource temporarily unavailable");
  assertEquals(strerror("ENONET"), "Machine is not on the network");
});

Deno.test("strerror() gives Unknown error if the code is not known", () => {
  for (const code of ["", "ENOSUCHCODE", "toString"]) {
    assertEquals(strerror(code), "Unknown error");
  }
});
