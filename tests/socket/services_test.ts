import { assertEquals, assertThrows } from "@std/assert";
import {
  getprotobyname,
  getservbyname,
  getservbyport,
  OSError,
} from "../../socket/mod.ts";
import { outcomeOf } from "../support/program.ts";
import { needsPython, runPython } from "../support/python.ts";

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

const everything = `
  const names = ["http", "www", "domain", "nope", "ssh", "tftp", "sunrpc"];
  const found = [];
  const attempt = (fn) => { try { found.push(fn()) } catch { found.push(null) } };
  for (const name of names) {
    attempt(() => socket.getservbyname(name));
    attempt(() => socket.getservbyname(name, "udp"));
  }
  for (const name of ["ip", "tcp", "UDP", "sctp", "nope"]) {
    attempt(() => socket.getprotobyname(name));
  }
  for (const port of [1, 7, 53, 69, 80, 443, 65535]) {
    attempt(() => socket.getservbyport(port));
  }
  return found;
`;

Deno.test({
  name: "getservbyname() gives the same answers without permission",
  // The system's file is another one elsewhere.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const bare = await outcomeOf(`{${everything}}`, []);
    assertEquals(Object.keys(bare as object), ["value"]);
    assertEquals(
      await outcomeOf(`{${everything}}`, ["--allow-read=/etc"]),
      bare,
    );
  },
});

Deno.test({
  ...needsPython,
  name:
    "getservbyname(), getservbyport() and getprotobyname() agree with CPython",
  fn: async () => {
    const protos = [null, "tcp", "udp", "sctp", "dccp", "TCP", ""];
    const names = [
      ...["http", "www", "HTTP", "domain", "tftp", "syslog", "shell", "sink"],
      ...["sunrpc", "portmap", "kerberos", "ssh", "", " http", "http ", "80"],
      ...["discard", "null", "isakmp", "radius", "x", "ü", "#", "tcp"],
    ];
    const protocols = [
      ...["ip", "IP", "tcp", "TCP", "Tcp", "udp", "icmp", "ipv6-icmp", "sctp"],
      ...["IPv6-ICMP", "hopopt", "rdp", "", "6", "nope", "ü", "gre", "esp"],
    ];
    const ports = Array.from({ length: 1100 }, (_, port) => port)
      .concat([1812, 3306, 5432, 6667, 8080, 17500, 30865, 65535]);
    const calls = [
      ...names.flatMap((name) =>
        protos.map((proto) => ["getservbyname", name, proto] as const)
      ),
      ...ports.flatMap((port) =>
        protos.slice(0, 3).map((proto) =>
          ["getservbyport", port, proto] as const
        )
      ),
      ...protocols.map((name) => ["getprotobyname", name, null] as const),
    ];
    const expected = JSON.parse(
      await runPython(
        `
import json, socket, sys
found = []
for call, *args in json.load(sys.stdin):
    try:
        found.append(getattr(socket, call)(*(a for a in args if a is not None)))
    except OSError as error:
        found.append([type(error).__name__, error.errno, str(error)])
print(json.dumps(found))
`,
        { stdin: JSON.stringify(calls) },
      ),
    );
    const functions = { getservbyname, getservbyport, getprotobyname };
    const found = calls.map(([call, name, proto]) => {
      const fn = functions[call] as (...args: unknown[]) => unknown;
      try {
        return fn(name, ...(proto === null ? [] : [proto]));
      } catch (error) {
        if (!(error instanceof OSError)) throw error;
        return [error.name, error.errno ?? null, error.strerror];
      }
    });
    for (const [index, call] of calls.entries()) {
      assertEquals(found[index], expected[index], JSON.stringify(call));
    }
  },
});
