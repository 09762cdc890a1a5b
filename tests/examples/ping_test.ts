import { assert, assertEquals, assertMatch } from "@std/assert";
import { AF_INET, IPPROTO_ICMP, SOCK_RAW } from "../../socket/mod.ts";
import { hasPython, interpreter, spawnPython } from "../support/python.ts";
import {
  inOwnNetwork,
  needsSocket,
  needsThrough,
  testPosixExample,
  waysOf,
  withoutRaw,
} from "./posix_example.ts";
import { altered, run, start } from "./process.ts";

const needsRaw = needsSocket("raw sockets", AF_INET, SOCK_RAW, IPPROTO_ICMP);
const [ping, pingBySet] = waysOf("ping");

testPosixExample("ping", {
  wrong: ["127.0.0.1 0", "127.0.0.1 -1", "127.0.0.1 two", "127.0.0.1 1 2", ""],
  usage: "Usage: ping.ts [HOST [COUNT]], with a COUNT of 1 or more",
});

/** What ping prints of `count` requests that were all answered. */
function allAnswered(host: string, count: number, ttl = 64): RegExp {
  const dots = host.replaceAll(".", "\\.");
  const answers = Array.from(
    { length: count },
    (_, at) =>
      `64 bytes from ${dots}: icmp_seq=${at + 1} ttl=${ttl} time=[\\d.]+ ms\n`,
  );
  return RegExp(
    `^PING ${dots} \\(${dots}\\) 56\\(84\\) bytes of data\\.\n` +
      answers.join("") +
      `\n--- ${dots} ping statistics ---\n` +
      `${count} packets transmitted, ${count} received, 0% packet loss, time \\d+ms\n` +
      `rtt min/avg/max/mdev = [\\d.]+/[\\d.]+/[\\d.]+/[\\d.]+ ms\n$`,
  );
}

for (const { how, command, ignore } of [ping, pingBySet]) {
  Deno.test({
    name: `ping is answered until Ctrl-C, ${how}`,
    ignore: ignore || needsRaw.ignore,
    async fn() {
      await using pinging = start(command());
      await pinging.printed("icmp_seq=2 ");
      pinging.interrupt();
      const { code, stdout, stderr } = await pinging.end();
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, allAnswered("127.0.0.1", 2));
    },
  });
}

// Sees the messages to and from an address of the loopback that nobody else uses,
// and tells of as many as it is told to.
const WATCH = `
import json, socket, struct, sys

def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff

address, count = sys.argv[1], int(sys.argv[2])
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as s:
    print("Watching")
    while count:
        packet, _ = s.recvfrom(65535)
        if address not in map(socket.inet_ntoa, (packet[12:16], packet[16:20])):
            continue
        message = packet[(packet[0] & 15) * 4:]
        kind, code, _, id, seq = struct.unpack("!BBHHH", message[:8])
        print(json.dumps([kind, code, seq, id, len(message), checksum(message)]))
        count -= 1
`;

Deno.test({
  name: "ping sends what another raw socket takes for echo requests",
  ignore: needsRaw.ignore || !hasPython,
  async fn() {
    const [one, other, last] = crypto.getRandomValues(new Uint8Array(3));
    const host = `127.${one}.${other}.${Math.max(last, 2) - 1}`;
    await using watching = spawnPython(WATCH, [host, "6"]);
    assertEquals(await watching.readLine(), "Watching");

    const brisk = await altered(ping.command(`${host} 3`), { INTERVAL: 50 });
    const { code, stdout } = await run(brisk);
    assertEquals(code, 0);
    assertMatch(stdout, allAnswered(host, 3));

    const seen: number[][] = [];
    for (let i = 0; i < 6; i++) {
      seen.push(JSON.parse(await watching.readLine() ?? ""));
    }
    const [[, , , id]] = seen;
    // Type, code, sequence number, identifier, length, and 0 for a right checksum.
    assertEquals(
      seen,
      [1, 2, 3].flatMap((seq) =>
        [8, 0].map((type) => [type, 0, seq, id, 64, 0])
      ),
    );
  },
});

const TTL = "echo 77 > /proc/sys/net/ipv4/ip_default_ttl";
const GROUPS = "/proc/sys/net/ipv4/ping_group_range";
const needsNetwork = needsThrough([...inOwnNetwork(TTL), ...withoutRaw]);
const ignore = needsRaw.ignore || needsNetwork.ignore;

/** Runs ping ten times as fast, in a network of its own. */
async function runIn(network: readonly string[], args: string) {
  const brisk = await altered(ping.command(args), { INTERVAL: 100 });
  await using pinging = start(brisk, undefined, network);
  return await pinging.end();
}

for (
  const [kind, network] of [
    ["a raw socket", inOwnNetwork(TTL)],
    ["a datagram socket, without the right to a raw one", [
      ...inOwnNetwork(`${TTL} && echo 0 2147483647 > ${GROUPS}`),
      ...withoutRaw,
    ]],
  ] as const
) {
  Deno.test({
    name: `ping tells the time to live that the answer has by ${kind}`,
    ignore,
    async fn() {
      const { code, stdout, stderr } = await runIn(network, "127.0.0.1 2");
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, allAnswered("127.0.0.1", 2, 77));
    },
  });
}

Deno.test({
  name: "ping says that it needs root where it has no right to any socket",
  ignore,
  async fn() {
    const network = [...inOwnNetwork(`echo 1 0 > ${GROUPS}`), ...withoutRaw];
    assertEquals(await runIn(network, "127.0.0.1 1"), {
      code: 1,
      stdout: "",
      stderr: "Cannot create a socket of family 2, type 3, protocol 1: " +
        "operation not permitted (EPERM); run it as root\n",
    });
  },
});

Deno.test({
  name: "ping counts what is lost, and ends with 1 if that is all",
  ignore,
  async fn() {
    const deaf = "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all";
    const ended = await runIn(inOwnNetwork(deaf), "127.0.0.1 3");
    assertEquals([ended.code, ended.stderr], [1, ""]);
    assertMatch(
      ended.stdout,
      /^PING .*\n\n--- .*\n3 packets transmitted, 0 received, 100% packet loss, time \d+ms\n$/,
    );
  },
});

// Runs ping where the kernel does not answer. Gives the first request two answers
// that it did not ask for, and the second one that it did.
const FORGE = `
import socket, struct, subprocess, sys

def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff

def reply(id, seq, data, error=0):
    head = struct.pack("!BBHHH", 0, 0, 0, id, seq)
    right = checksum(head + data)
    head = struct.pack("!BBHHH", 0, 0, right ^ error, id, seq)
    s.sendto(head + data, ("127.0.0.1", 0))

with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as s:
    ping = subprocess.Popen(sys.argv[1:])
    seq = 0
    while seq < 2:
        message = s.recv(65535)[20:]
        if message[0] != 8: continue
        id, seq = struct.unpack("!HH", message[4:8])
        if seq == 1:
            reply(id ^ 1, seq, message[8:])
            reply(id, seq, message[8:], error=1)
        else:
            reply(id, seq, message[8:])
    sys.exit(ping.wait())
`;

Deno.test({
  name: "ping counts neither another's answers nor broken ones",
  ignore: ignore || !hasPython,
  async fn() {
    const deaf = "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all";
    const python = [interpreter, "-I", "-S", "-c", FORGE];
    const through = [...inOwnNetwork(deaf), ...python];
    await using pinging = start(
      ping.command("127.0.0.1 2"),
      undefined,
      through,
    );
    const { code, stdout, stderr } = await pinging.end();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.match(/icmp_seq=\d+/g), ["icmp_seq=2"]);
    assertMatch(
      stdout,
      /^2 packets transmitted, 1 received, 50% packet loss, time \d+ms$/m,
    );
  },
});

Deno.test({
  name: "ping says that the network is unreachable",
  ignore,
  async fn() {
    const { code, stderr } = await runIn(inOwnNetwork("true"), "192.0.2.1 1");
    assertEquals(code, 1);
    assertEquals(
      stderr,
      'Cannot send to "192.0.2.1:0": network is unreachable (ENETUNREACH)\n',
    );
  },
});

Deno.test({
  ...needsRaw,
  name: "ping says that a host is unknown",
  async fn() {
    const { code, stdout, stderr } = await run(ping.command("no.invalid 1"));
    assertEquals([code, stdout], [1, ""]);
    assert(stderr.startsWith('Cannot look up "no.invalid": '), stderr);
    assertEquals(stderr.split("\n").length, 2);
  },
});
