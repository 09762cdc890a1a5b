import { assertEquals } from "@std/assert";
import { valueOf } from "../support/program.ts";

// Each option that is set through us, read back by an independent eye: libc's
// getsockopt on the descriptor that is bound to the port.

const program = `
import * as s from "socket";

const libc = Deno.dlopen("libc.so.6", {
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
});

/** Finds the descriptor of the datagram socket that is bound to a port. */
function descriptorOf(port) {
  for (let descriptor = 3; descriptor < 256; descriptor++) {
    const address = new Uint8Array(28), size = new Uint32Array([28]);
    const type = new Int32Array(1), four = new Uint32Array([4]);
    if (libc.symbols.getsockname(descriptor, address, new Uint8Array(size.buffer)) !== 0) continue;
    libc.symbols.getsockopt(
      descriptor, SOL, s.SO_TYPE, new Uint8Array(type.buffer), new Uint8Array(four.buffer),
    );
    if (type[0] === s.SOCK_DGRAM && address[2] * 256 + address[3] === port) return descriptor;
  }
  throw new Error("no descriptor of port " + port);
}

function kernelSays(socket, level, name) {
  const value = new Int32Array(1), size = new Uint32Array([4]);
  const descriptor = descriptorOf(socket.getsockname()[1]);
  const result = libc.symbols.getsockopt(
    descriptor, level, name, new Uint8Array(value.buffer), new Uint8Array(size.buffer),
  );
  return result === 0 ? value[0] : "error";
}

const { AF_INET, AF_INET6, IPPROTO_IP: IP, IPPROTO_IPV6: IPV6, SOL_SOCKET: SOL } = s;
const rows = [
  [AF_INET, SOL, s.SO_REUSEADDR, 1, false],
  [AF_INET, IP, s.IP_MULTICAST_LOOP, 0, false],
  [AF_INET, IP, s.IP_MULTICAST_LOOP, 1, false],
  [AF_INET, IP, s.IP_TTL, 9, true],
  [AF_INET, IP, s.IP_MULTICAST_TTL, 7, true],
  [AF_INET, IP, s.IP_MULTICAST_IF, 16777343, true],
  [AF_INET6, SOL, s.SO_REUSEADDR, 1, false],
  [AF_INET6, IPV6, s.IPV6_MULTICAST_LOOP, 0, false],
  [AF_INET6, IPV6, s.IPV6_MULTICAST_LOOP, 1, false],
  [AF_INET6, IPV6, s.IPV6_MULTICAST_LOOP, 0, true],
  [AF_INET, IP, s.IP_MULTICAST_LOOP, 0, true],
  [AF_INET6, IPV6, s.IPV6_MULTICAST_IF, 1, true],
  [AF_INET6, IPV6, s.IPV6_V6ONLY, 1, undefined],
];
const problems = [];
for (const [family, level, name, value, late] of rows) {
  for (const early of [true, false]) {
    using socket = s.socket(family, s.SOCK_DGRAM);
    const host = family === AF_INET6 ? "::1" : "127.0.0.1";
    const usual = socket.getsockopt(level, name);
    if (early) socket.setsockopt(level, name, value);
    // Something that chooses node:dgram, for options that may be set late there.
    else if (late) socket.setsockopt(
      ...(family === AF_INET6 ? [IPV6, s.IPV6_MULTICAST_IF, 0] : [IP, s.IP_TTL, 64]),
    );
    socket.bind([host, 0]);
    if (!early) {
      const before = kernelSays(socket, level, name);
      if (socket.getsockopt(level, name) !== before) problems.push([family, level, name, "unset", usual, before]);
      if (!late) continue;
      socket.setsockopt(level, name, value);
    }
    const ours = socket.getsockopt(level, name);
    const kernels = kernelSays(socket, level, name);
    if (ours !== value || kernels !== value) problems.push([family, level, name, value, ours, kernels]);
  }
}
libc.close();
console.log(JSON.stringify({ rows: rows.length, problems }));
`;

for (const unstable of [["--unstable-net"], []]) {
  Deno.test({
    name: `options of UDP sockets are what the kernel says they are [${
      unstable[0] ?? "node:dgram only"
    }]`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      assertEquals(
        await valueOf(program, {
          flags: [
            "--allow-net",
            "--allow-ffi",
            ...unstable,
          ],
        }),
        { rows: 13, problems: [] },
      );
    },
  });
}
