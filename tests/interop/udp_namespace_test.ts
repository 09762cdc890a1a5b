import { assertEquals } from "@std/assert";
import { runProgram } from "../support/program.ts";
import { hasPython, interpreter } from "../support/python.ts";

// Broadcast and multicast in a network namespace that only the test uses, where an
// interface can be given a network of its own.

// The loopback interface returns what it sends, whatever IP_MULTICAST_LOOP says.
const setUp = [
  "ip link set lo up",
  "ip link add v0 type veth peer name v1",
  "ip addr add 10.77.0.1/24 brd 10.77.0.255 dev v0",
  "ip link set v0 up",
  "ip link set v1 up",
  "ip route add 239.0.0.0/8 dev v0",
].join(" && ");
const inNamespace = [
  "unshare",
  "-n",
  "sh",
  "-c",
  `${setUp} && exec "$@"`,
  "sh",
];

function cannot(): string | undefined {
  if (Deno.build.os !== "linux") return "it is not Linux";
  if (!hasPython) return `no ${interpreter} here`;
  try {
    const [command, ...args] = [...inNamespace, "true"];
    const { success, stderr } = new Deno.Command(command, { args })
      .outputSync();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    return String(error);
  }
}

const reason = cannot();
if (reason !== undefined) {
  console.log(`skipping the tests in a network namespace: ${reason}`);
}

const program = `
import {
  AF_INET, inetAton, IP_ADD_MEMBERSHIP, IP_MULTICAST_LOOP, IPPROTO_IP,
  SO_BROADCAST, SOCK_DGRAM, socket, SOL_SOCKET,
} from "socket";
const hear = \`
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.bind(("", 0))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.1.2.3") + socket.inet_aton("10.77.0.1"))
print(s.getsockname()[1], flush=True)
for _ in range(3):
    data, sender = s.recvfrom(100)
    print(data.decode(), sender[0], flush=True)
\`;
const python = new Deno.Command(Deno.args[0], {
  args: ["-I", "-S", "-c", hear], stdout: "piped",
}).spawn();
const reader = python.stdout.pipeThrough(new TextDecoderStream()).getReader();
let text = "";
async function line() {
  while (!text.includes("\\n")) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += value;
  }
  const [first] = text.split("\\n", 1);
  text = text.slice(first.length + 1);
  return first;
}
const port = Number(await line());
const bytes = (text) => new TextEncoder().encode(text);
const s = socket(AF_INET, SOCK_DGRAM);
const code = (call) => call.then(() => "sent", (error) => error.code);
console.log(await code(s.sendto(bytes("x"), ["10.77.0.255", port])));
s.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
console.log(await code(s.sendto(bytes("broadcast"), ["10.77.0.255", port])));
console.log(await line());
console.log(await code(s.sendto(bytes("group"), ["239.1.2.3", port])));
console.log(await line());
const quiet = socket(AF_INET, SOCK_DGRAM);
quiet.setsockopt(IPPROTO_IP, IP_MULTICAST_LOOP, 0);
await quiet.sendto(bytes("unheard"), ["239.1.2.3", port]);
await quiet.sendto(bytes("direct"), ["127.0.0.1", port]);
console.log(await line());
await python.status;
`;

for (
  const [way, unstable] of [
    ["Deno.listenDatagram", ["--unstable-net"]],
    ["node:dgram", []],
  ] as const
) {
  Deno.test({
    name:
      `broadcast needs SO_BROADCAST, and multicast loops, in a network of its own [${way}]`,
    ignore: reason !== undefined,
    fn: async () => {
      const { stdout, stderr } = await runProgram(program, {
        flags: [
          "--allow-net",
          "--allow-run",
          "--allow-sys=networkInterfaces",
          ...unstable,
        ],
        args: [interpreter],
        through: inNamespace,
      });
      assertEquals(
        stdout.split("\n").filter(Boolean),
        [
          "EACCES",
          "sent",
          "broadcast 10.77.0.1",
          "sent",
          "group 10.77.0.1",
          "direct 127.0.0.1",
        ],
        stderr,
      );
    },
  });
}
