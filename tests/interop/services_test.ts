import { assertEquals } from "@std/assert";
import {
  getprotobyname,
  getservbyname,
  getservbyport,
  OSError,
} from "../../socket/mod.ts";
import { needsPython, runPython } from "../support/python.ts";

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
