import { assertEquals } from "@std/assert";
import { valueOf } from "../support/program.ts";

// Each option of a TCP socket that is set through us, read back by an
// independent eye: libc's getsockopt on the descriptor of the connection.

const program = `
import * as s from "socket";

const libc = Deno.dlopen("libc.so.6", {
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
});

function portBy(call, descriptor) {
  const address = new Uint8Array(28), size = new Uint32Array([28]);
  const result = libc.symbols[call](descriptor, address, new Uint8Array(size.buffer));
  return result === 0 ? address[2] * 256 + address[3] : 0;
}

/** Finds the descriptor of the stream between two ports; of a listener there is no second. */
function descriptorOf(local, remote) {
  for (let descriptor = 3; descriptor < 256; descriptor++) {
    if (
      portBy("getsockname", descriptor) === local &&
      portBy("getpeername", descriptor) === remote
    ) return descriptor;
  }
  throw new Error("no descriptor of port " + local);
}

function kernelSays(socket, level, name) {
  let remote = 0;
  try {
    remote = socket.getpeername()[1];
  } catch {
    // a listener
  }
  const value = new Int32Array(1), size = new Uint32Array([4]);
  const result = libc.symbols.getsockopt(
    descriptorOf(socket.getsockname()[1], remote), level, name,
    new Uint8Array(value.buffer), new Uint8Array(size.buffer),
  );
  return result === 0 ? value[0] : "error";
}

const { IPPROTO_TCP: TCP, SOL_SOCKET: SOL } = s;
const problems = [];
function compare(what, socket, level, name, value) {
  const ours = socket.getsockopt(level, name);
  const kernels = kernelSays(socket, level, name);
  if (ours !== value || kernels !== value) problems.push([what, name, value, ours, kernels]);
}

for (const host of ["127.0.0.1", "::1"]) {
  const family = host === "::1" ? s.AF_INET6 : s.AF_INET;
  using server = s.createServer([host, 0], { family });
  compare("listener", server, SOL, s.SO_REUSEADDR, 1);
  compare("listener", server, SOL, s.SO_ACCEPTCONN, 1);
  compare("listener", server, SOL, s.SO_TYPE, s.SOCK_STREAM);
  compare("listener", server, SOL, s.SO_DOMAIN, family);
  for (const [level, name] of [[TCP, s.TCP_NODELAY], [SOL, s.SO_KEEPALIVE]]) {
    for (const early of [true, false]) {
      using client = s.socket(family);
      if (early) {
        client.setsockopt(level, name, 1);
        server.setsockopt(level, name, 1);
      }
      await client.connect(server.getsockname());
      const [accepted] = await server.accept();
      for (const [what, socket] of [["client", client], ["accepted", accepted]]) {
        compare(what, socket, level, name, early ? 1 : 0);
        socket.setsockopt(level, name, 1);
        compare(what, socket, level, name, 1);
        socket.setsockopt(level, name, 0);
        compare(what, socket, level, name, 0);
        compare(what, socket, SOL, s.SO_PROTOCOL, TCP);
        compare(what, socket, SOL, s.SO_ACCEPTCONN, 0);
      }
      server.setsockopt(level, name, 0);
      accepted.close();
    }
  }
}
libc.close();
console.log(JSON.stringify(problems));
`;

Deno.test({
  name: "options of TCP sockets are what the kernel says they are",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const flags = ["--allow-net", "--allow-ffi"];
    assertEquals(await valueOf(program, { flags }), []);
  },
});

Deno.test({
  name: "SO_REUSEPORT is what the kernel says it is",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const reuse = program.replace(
      /for \(const host of[^]*?\n}\nlibc/,
      `
      for (const reusePort of [true, false]) {
        using server = s.createServer(["127.0.0.1", 0], { reusePort });
        compare("listener", server, SOL, s.SO_REUSEPORT, Number(reusePort));
      }
      libc`,
    );
    const flags = ["--allow-net", "--allow-ffi", "--unstable-net"];
    assertEquals(await valueOf(reuse, { flags }), []);
  },
});

Deno.test({
  name:
    "TCP_KEEPIDLE that is set before connect(), or on a connection of node:net, is what the kernel says",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const idle = program.replace(
      /for \(const host of[^]*?\n}\nlibc/,
      `
      using server = s.createServer(["127.0.0.1", 0]);
      for (const bound of [true, false]) {
        using client = s.socket();
        compareUnset(client);
        client.setsockopt(TCP, s.TCP_KEEPIDLE, 60);
        if (bound) client.bind(["127.0.0.1", 0]);
        await client.connect(server.getsockname());
        compare("client", client, TCP, s.TCP_KEEPIDLE, 60);
        compare("client", client, SOL, s.SO_KEEPALIVE, 0);
        client.setsockopt(SOL, s.SO_KEEPALIVE, 1);
        compare("client", client, TCP, s.TCP_KEEPIDLE, 60);
        compare("client", client, SOL, s.SO_KEEPALIVE, 1);
        client.setsockopt(TCP, s.TCP_KEEPIDLE, 32767);
        compare("client", client, TCP, s.TCP_KEEPIDLE, 32767);
        compare("client", client, SOL, s.SO_KEEPALIVE, 1);
      }
      function compareUnset(client) {
        if (client.getsockopt(TCP, s.TCP_KEEPIDLE) !== 7200) problems.push("unset");
      }
      {
        using client = s.socket();
        await client.connect(server.getsockname());
        compare("unset", client, TCP, s.TCP_KEEPIDLE, 7200);
        for (const socket of [client, server]) {
          try {
            socket.setsockopt(TCP, s.TCP_KEEPIDLE, 60);
            problems.push("set late");
          } catch (error) {
            if (error.code !== "ENOPROTOOPT") throw error;
          }
        }
      }
      libc`,
    );
    const flags = ["--allow-net", "--allow-ffi"];
    assertEquals(await valueOf(idle, { flags }), []);
  },
});
