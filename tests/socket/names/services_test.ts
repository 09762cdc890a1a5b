import { assertEquals, assertThrows } from "@std/assert";
import {
  getprotobyname,
  getservbyname,
  getservbyport,
  OSError,
} from "../../../socket/mod.ts";

/** Checks an error that no system call made, as Python's without errno. */
function assertNotFound(fn: () => unknown, message: string): void {
  const error = assertThrows(fn, OSError);
  assertEquals(error.message, message);
  assertEquals([error.errno, error.code], [undefined, ""]);
}

Deno.test("getservbyname() finds names, aliases and protocols", () => {
  assertEquals(getservbyname("http"), 80);
  assertEquals(getservbyname("www"), 80);
  assertEquals(getservbyname("domain", "udp"), 53);
  assertEquals(getservbyname("syslog", "udp"), 514);
  assertEquals(getservbyname("shell", "tcp"), 514);
});

Deno.test("getservbyname() throws OSError for an unknown service", () => {
  assertNotFound(
    () => getservbyname("tftp", "tcp"),
    'Cannot find service "tftp/tcp": service/proto not found',
  );
  assertNotFound(
    () => getservbyname("HTTP"),
    'Cannot find service "HTTP": service/proto not found',
  );
});

Deno.test("getservbyport() finds the name of a port", () => {
  assertEquals(getservbyport(80), "http");
  assertEquals(getservbyport(514), "shell");
  assertEquals(getservbyport(514, "udp"), "syslog");
  assertNotFound(
    () => getservbyport(69, "tcp"),
    "Cannot find the service at port 69/tcp: port/proto not found",
  );
});

Deno.test("getservbyport() throws for an invalid port", () => {
  for (const port of [-1, 65536]) {
    assertThrows(() => getservbyport(port), RangeError, "0 to 65535");
  }
  for (const port of [1.5, "80", null]) {
    assertThrows(() => getservbyport(port as number), TypeError, "the port");
  }
});

Deno.test("getprotobyname() finds names and aliases", () => {
  assertEquals(getprotobyname("icmp"), 1);
  assertEquals(getprotobyname("TCP"), 6);
  assertEquals(getprotobyname("ipv6-icmp"), 58);
  assertNotFound(
    () => getprotobyname("Tcp"),
    'Cannot find protocol "Tcp": protocol not found',
  );
});

Deno.test("getservbyname() and getprotobyname() throw TypeError for a value that is not a C string", () => {
  for (const name of ["http\0", 5, null]) {
    const wrong = name as string;
    assertThrows(() => getservbyname(wrong), TypeError, "the service");
    assertThrows(() => getservbyname("http", wrong), TypeError, "the protocol");
    assertThrows(() => getservbyport(80, wrong), TypeError, "the protocol");
    assertThrows(() => getprotobyname(wrong), TypeError, "the protocol");
  }
});
