import { assert, assertEquals } from "@std/assert";
import { needsProgram, runForeign } from "../support/foreign.ts";
import {
  inOwnNetwork,
  needsThrough,
  testPosixExample,
  waysOf,
} from "./posix_example.ts";
import { run, start } from "./process.ts";

const needsIp = needsProgram("ip", "-Version");
const [links, linksBySet] = waysOf("netlink_links");

testPosixExample("netlink_links", {
  wrong: ["", "lo lo"],
  usage: "Usage: netlink_links.ts [INTERFACE]",
});

/** An interface as `ip -j address` prints it. */
interface Interface {
  readonly ifname: string;
  readonly operstate: string;
  readonly "addr_info": readonly {
    readonly local: string;
    /** The other end, of a point-to-point link. */
    readonly address?: string;
    readonly prefixlen: number;
  }[];
}

/** Gives the words of the lines that should be printed for the answer of `ip -j address`. */
function expected(json: string): string[][] {
  const interfaces: Interface[] = JSON.parse(json);
  return interfaces.map(({ ifname, operstate, "addr_info": addresses }) => [
    ifname,
    operstate,
    ...addresses.flatMap(({ local, address, prefixlen }) =>
      address === undefined
        ? [`${local}/${prefixlen}`]
        : [local, "peer", `${address}/${prefixlen}`]
    ),
  ]);
}

function wordsOf(lines: string): string[][] {
  return lines.trimEnd().split("\n").map((line) => line.split(/ +/));
}

async function askIp(): Promise<string> {
  const { stdout } = await runForeign("ip", ["-j", "address"]);
  return new TextDecoder().decode(stdout);
}

for (const { how, command, ignore } of [links, linksBySet]) {
  Deno.test({
    name: `netlink_links lists the interfaces as ip does, ${how}`,
    ignore: ignore || needsIp.ignore,
    async fn() {
      let before: string;
      let ended;
      // Other programs may change the interfaces meanwhile.
      do {
        before = await askIp();
        ended = await run(command());
      } while (before !== await askIp());
      assertEquals([ended.code, ended.stderr], [0, ""]);
      assertEquals(wordsOf(ended.stdout), expected(before));
    },
  });
}

Deno.test({
  ...needsIp,
  name: "netlink_links lists just the interface that it is told",
  async fn() {
    const { code, stdout } = await run(links.command("lo"));
    assertEquals(code, 0);
    const [lo] = expected(await askIp()).filter(([name]) => name === "lo");
    assertEquals(wordsOf(stdout), [lo]);
  },
});

Deno.test({
  name: "netlink_links says that there is no such interface",
  ignore: links.ignore,
  async fn() {
    assertEquals(await run(links.command("nosuch0")), {
      code: 1,
      stdout: "",
      stderr: 'There is no interface "nosuch0"\n',
    });
  },
});

// Interfaces with no, many and odd addresses, and enough of them that the kernel
// needs several messages to tell them all.
const network = inOwnNetwork([
  "ip link add one type veth peer name other",
  "ip address add 10.9.0.1/24 dev one",
  "ip address add 10.9.0.2/24 dev one",
  "ip address add 172.16.0.1 peer 172.16.0.2 dev one",
  "ip address add fd09::1/64 dev one nodad",
  "ip address add fd09:1::1 peer fd09:1::2 dev one nodad",
  "ip link set one up",
  "for i in $(seq 40); do ip link add pair$i type veth peer name riap$i; done",
  "for i in $(seq 200); do ip address add 10.10.0.$i/24 dev other; done",
  "ip -j address",
].join(" && "));

const needsNetwork = needsThrough(network);
Deno.test({
  name: "netlink_links lists as ip does whatever a network has",
  ignore: links.ignore || needsIp.ignore || needsNetwork.ignore,
  async fn() {
    await using listing = start(links.command(), undefined, network);
    const { code, stdout, stderr } = await listing.end();
    assertEquals([code, stderr], [0, ""]);
    const end = stdout.indexOf("\n");
    const wanted = expected(stdout.slice(0, end));
    assertEquals(wordsOf(stdout.slice(end + 1)), wanted);
    const told = wanted.map((words) => words.join(" ")).join("\n");
    assert(told.includes("172.16.0.1 peer 172.16.0.2/32"), told);
    assert(told.includes("fd09:1::1 peer fd09:1::2/128"), told);
    assertEquals(wanted.length, 83);
  },
});
