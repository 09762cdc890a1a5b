/**
 * Prints a line for each packet on an interface, by default the loopback, as
 * `tcpdump -nt` does, until Ctrl-C.
 *
 *     deno run --allow-ffi=/lib/x86_64-linux-gnu/libc.so.6 examples/packet_dump.ts
 *     deno run -P=packet_dump examples/packet_dump.ts
 *
 * The path is where libc lies; on arm64 it is /lib/aarch64-linux-gnu/libc.so.6.
 * The number of packets may follow, and after it the interface: `10 eth0`.
 *
 * Only root may see the packets of others.
 *
 * @module
 */
import { socket } from "@berkeley/socket";
import { posix } from "@berkeley/socket/posix";

// Of <linux/if_ether.h>.
const ETH_P_IP = 0x0800;
const ETH_P_ARP = 0x0806;
const ETH_P_IPV6 = 0x86dd;
const IPV6_HEADER = 40; // bytes

// TCP's flags by tcpdump's letters, from the lowest bit on.
const FLAGS = "FSRP.UEW";

// Types of ICMP, and of ICMP for IPv6.
const ICMP_TYPES = new Map([
  [0, "echo reply"],
  [3, "unreachable"],
  [8, "echo request"],
  [128, "echo request"],
  [129, "echo reply"],
]);

/** What an IP header tells. */
interface Header {
  readonly source: string;
  readonly destination: string;
  /** The number of the protocol inside. */
  readonly protocol: number;
  /** How many bytes of it there are. */
  readonly length: number;
}

function fail(why: string): never {
  console.error(why);
  Deno.exit(1);
}

function viewOf({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>) {
  return new DataView(buffer, byteOffset, length);
}

/** Describes a packet that begins with the header of an Ethernet protocol. */
function describe(packet: Uint8Array<ArrayBuffer>, protocol: number): string {
  try {
    switch (protocol) {
      case ETH_P_IP:
        return `IP ${describeIpv4(packet)}`;
      case ETH_P_IPV6:
        return `IP6 ${describeIpv6(packet)}`;
      case ETH_P_ARP:
        return `ARP, length ${packet.length}`;
      default:
        return `Ethertype 0x${protocol.toString(16)}, length ${packet.length}`;
    }
  } catch (error) {
    // It ends before its header does; anyone may send such a packet.
    if (!(error instanceof RangeError)) throw error;
    return `Truncated, length ${packet.length}`;
  }
}

function describeIpv4(packet: Uint8Array<ArrayBuffer>): string {
  const view = viewOf(packet);
  const size = (view.getUint8(0) & 0xf) * 4;
  const header = {
    source: addressAt(view, 12, 4),
    destination: addressAt(view, 16, 4),
    protocol: view.getUint8(9),
    length: view.getUint16(2) - size,
  };
  const isLaterFragment = (view.getUint16(6) & 0x1fff) !== 0;
  return isLaterFragment
    ? line(header, "fragment", header.length) // without ports
    : describeInside(header, viewOf(packet.subarray(size)));
}

function describeIpv6(packet: Uint8Array<ArrayBuffer>): string {
  const view = viewOf(packet);
  const header = {
    source: addressAt(view, 8, 16),
    destination: addressAt(view, 24, 16),
    protocol: view.getUint8(6),
    length: view.getUint16(4),
  };
  return describeInside(header, viewOf(packet.subarray(IPV6_HEADER)));
}

/** Describes what is inside of IP. */
function describeInside(header: Header, view: DataView): string {
  const { source, destination, protocol, length } = header;
  function withPorts(): Header {
    return {
      ...header,
      source: `${source}.${view.getUint16(0)}`,
      destination: `${destination}.${view.getUint16(2)}`,
    };
  }
  switch (protocol) {
    case socket.IPPROTO_TCP: {
      const bits = view.getUint8(13);
      const flags = [...FLAGS].filter((_, bit) => bits >> bit & 1).join("");
      const size = (view.getUint8(12) >> 4) * 4;
      return line(withPorts(), `TCP [${flags}]`, length - size);
    }
    case socket.IPPROTO_UDP:
      return line(withPorts(), "UDP", view.getUint16(4) - 8);
    case socket.IPPROTO_ICMP:
    case socket.IPPROTO_ICMPV6: {
      const type = view.getUint8(0);
      return line(
        header,
        `ICMP ${ICMP_TYPES.get(type) ?? `type ${type}`}`,
        length,
      );
    }
    default:
      return line(header, `protocol ${protocol}`, length);
  }
}

/** Reads an IP address. */
function addressAt(view: DataView<ArrayBuffer>, at: number, size: 4 | 16) {
  const family = size === 4 ? socket.AF_INET : socket.AF_INET6;
  const packed = new Uint8Array(view.buffer, view.byteOffset + at, size);
  return socket.inetNtop(family, packed);
}

function line(header: Header, what: string, length: number): string {
  return `${header.source} > ${header.destination}: ${what}, length ${length}`;
}

const [count, name = "lo", ...more] = Deno.args;
if (!/^[1-9]\d*$/.test(count ?? "1") || name === "" || more.length > 0) {
  fail("Usage: packet_dump.ts [COUNT [INTERFACE]], with a COUNT of 1 or more");
}
const most = count === undefined ? Infinity : Number(count);

try {
  // Without a protocol it receives nothing yet. SOCK_DGRAM leaves Ethernet's
  // header out.
  using s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0, {
    driver: posix,
  });
  s.bind([name, socket.ETH_P_ALL]);
  let captured = 0;
  const stop = () => {
    console.log(`${captured} packets captured`);
    Deno.exit();
  };
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);
  console.log(`Listening on ${name}, press Ctrl-C to stop`);

  while (captured < most) {
    const [packet, address] = await s.recvfrom(65536);
    const [, protocol, type] = address as [string, number, number];
    // On the loopback each packet is seen twice, as it leaves and as it comes.
    if (name === "lo" && type === socket.PACKET_OUTGOING) continue;
    captured++;
    console.log(describe(packet, protocol));
  }
  stop();
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  const hint = error.code === "EPERM" ? "; run it as root" : "";
  fail(error.message + hint);
}
