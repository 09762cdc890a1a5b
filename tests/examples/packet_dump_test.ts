import { assertEquals, assertMatch } from "@std/assert";
import { AF_PACKET, SOCK_DGRAM } from "../../socket/mod.ts";
import { hasPython, interpreter, runPython } from "../support/python.ts";
import {
  inOwnNetwork,
  needsSocket,
  needsThrough,
  testPosixExample,
  waysOf,
  withoutRaw,
} from "./posix_example.ts";
import { run, type Running, start } from "./process.ts";

const READY = "Listening on lo, press Ctrl-C to stop\n";
const needsPackets = needsSocket("packets", AF_PACKET, SOCK_DGRAM);
const ignore = needsPackets.ignore || !hasPython;
const [dump, dumpBySet] = waysOf("packet_dump");

testPosixExample("packet_dump", {
  wrong: ["0", "-1", "two", "", "1 lo 2", "1 "],
  usage: "Usage: packet_dump.ts [COUNT [INTERFACE]], with a COUNT of 1 or more",
});

/** Gives the lines of packets, of which the loopback may have others as well. */
function packetsIn(stdout: string): string[] {
  return stdout.slice(READY.length).split("\n").slice(0, -2);
}

/** Interrupts it; gives the packets that it has printed. */
async function packetsOf(dumping: Running): Promise<string[]> {
  dumping.interrupt();
  const { code, stdout, stderr } = await dumping.end();
  assertEquals([code, stderr], [0, ""]);
  const packets = packetsIn(stdout);
  assertEquals(
    stdout.split("\n").slice(-2),
    [`${packets.length} packets captured`, ""],
  );
  return packets;
}

for (const { how, command, ignore: noWay } of [dump, dumpBySet]) {
  Deno.test({
    name: `packet_dump prints a datagram of Python's once, ${how}`,
    ignore: ignore || noWay,
    async fn() {
      await using dumping = start(command());
      await dumping.printed(READY);
      const addresses = await runPython(`
import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("127.0.0.1", 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.sendto(b"hello", receiver.getsockname())
        print("%s.%d > %s.%d" % (*sender.getsockname(), *receiver.getsockname()))
`);
      const line = `IP ${addresses.trim()}: UDP, length 5`;
      await dumping.printed(`${line}\n`);
      const packets = await packetsOf(dumping);
      assertEquals(packets.filter((each) => each === line), [line]);
    },
  });
}

Deno.test({
  name: "packet_dump ends after as many packets as it is told",
  ignore,
  async fn() {
    await using dumping = start(dump.command("3"));
    await dumping.printed(READY);
    await runPython(`
import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("127.0.0.1", 0))
    for _ in range(4):
        receiver.sendto(b"hello", receiver.getsockname())
`);
    const { code, stdout, stderr } = await dumping.end();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(packetsIn(stdout).length, 3);
    assertMatch(stdout, /\n3 packets captured\n$/);
  },
});

const network = inOwnNetwork("true");
const needsNetwork = needsThrough(network);

Deno.test({
  name: "packet_dump prints protocols, addresses and lengths",
  ignore: ignore || needsNetwork.ignore,
  async fn() {
    // Nobody else is in this network. The program starts the example in it, and
    // sends as soon as that listens.
    const script = `
import os, socket, struct, subprocess, sys

dump = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
assert dump.stdout.readline().startswith("Listening on lo")

def udp(family, host, data):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.bind((host, 5001))
        s.sendto(data, (host, 5001))

udp(socket.AF_INET, "127.0.0.1", b"hello")
udp(socket.AF_INET, "127.0.0.1", b"")
udp(socket.AF_INET6, "::1", b"hello, six")

with socket.create_server(("127.0.0.1", 5002)) as server:
    client = socket.create_connection(("127.0.0.1", 5002), source_address=("127.0.0.1", 5003))
    conn, _ = server.accept()
    client.sendall(b"abc")
    conn.recv(3)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    conn.close()

def raw(family, proto, host, data):
    with socket.socket(family, socket.SOCK_RAW, proto) as s:
        s.sendto(data, (host, 0))

raw(socket.AF_INET, socket.IPPROTO_ICMP, "127.0.0.1", b"\\x08\\0\\xf7\\xfd\\0\\1\\0\\1")
raw(socket.AF_INET6, socket.IPPROTO_ICMPV6, "::1", b"\\x80\\0\\0\\0\\0\\1\\0\\1")
raw(socket.AF_INET, 253, "127.0.0.1", b"four")

# A later fragment, packets that end in their header, ARP, and something unknown.
with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as s:
    fragment = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 24, 1, 5, 64, 17, 0, b"\\x7f\\0\\0\\1", b"\\x7f\\0\\0\\2")
    s.sendto(fragment + b"rest", ("lo", 0x0800))
    s.sendto(b"\\x45\\0", ("lo", 0x0800))
    s.sendto(fragment[:6] + b"\\0\\0" + fragment[8:], ("lo", 0x0800))
    s.sendto(b"\\x60" + bytes(19), ("lo", 0x86dd))
    s.sendto(bytes(28), ("lo", 0x0806))
    s.sendto(bytes(7), ("lo", 0x1234))

udp(socket.AF_INET, "127.0.0.1", b"the end")

for line in dump.stdout:
    print(line, end="")
    if "UDP, length 7" in line: break
dump.terminate()
sys.exit(dump.wait())
`;
    const python = [interpreter, "-I", "-S", "-u", "-c", script];
    await using dumping = start(dump.command(), undefined, [
      ...network,
      ...python,
    ]);
    const { code, stdout, stderr } = await dumping.end();
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.trim().split("\n");
    const [request, answer] = [
      "127.0.0.1.5003 > 127.0.0.1.5002: TCP",
      "127.0.0.1.5002 > 127.0.0.1.5003: TCP",
    ];
    assertEquals(lines, [
      "IP 127.0.0.1.5001 > 127.0.0.1.5001: UDP, length 5",
      "IP 127.0.0.1.5001 > 127.0.0.1.5001: UDP, length 0",
      "IP6 ::1.5001 > ::1.5001: UDP, length 10",
      `IP ${request} [S], length 0`,
      `IP ${answer} [S.], length 0`,
      `IP ${request} [.], length 0`,
      `IP ${request} [P.], length 3`,
      `IP ${answer} [.], length 0`,
      `IP ${request} [R.], length 0`,
      "IP 127.0.0.1 > 127.0.0.1: ICMP echo request, length 8",
      "IP 127.0.0.1 > 127.0.0.1: ICMP echo reply, length 8",
      "IP6 ::1 > ::1: ICMP echo request, length 8",
      "IP6 ::1 > ::1: ICMP echo reply, length 8",
      "IP 127.0.0.1 > 127.0.0.1: protocol 253, length 4",
      "IP 127.0.0.1 > 127.0.0.2: fragment, length 4",
      "Truncated, length 2",
      "Truncated, length 20",
      "Truncated, length 20",
      "ARP, length 28",
      "Ethertype 0x1234, length 7",
      "IP 127.0.0.1.5001 > 127.0.0.1.5001: UDP, length 7",
    ]);
  },
});

Deno.test({
  ...needsPackets,
  name: "packet_dump says that there is no such interface",
  async fn() {
    const { code, stdout, stderr } = await run(dump.command("1 nosuch0"));
    assertEquals([code, stdout], [1, ""]);
    assertMatch(
      stderr,
      /^Cannot bind to .*nosuch0.*: no such device \(ENODEV\)\n$/,
    );
  },
});

const needsSetpriv = needsThrough(withoutRaw);
Deno.test({
  name: "packet_dump says that it needs root",
  ignore: needsPackets.ignore || needsSetpriv.ignore,
  async fn() {
    await using dumping = start(dump.command(), undefined, withoutRaw);
    assertEquals(await dumping.end(), {
      code: 1,
      stdout: "",
      stderr: "Cannot create a socket of family 17, type 2, protocol 0: " +
        "operation not permitted (EPERM); run it as root\n",
    });
  },
});
