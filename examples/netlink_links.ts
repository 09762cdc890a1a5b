/**
 * Lists the network interfaces with their state and addresses, as
 * `ip -brief address` does: it asks the kernel by netlink, rtnetlink(7).
 *
 *     deno run --allow-ffi=/lib/x86_64-linux-gnu/libc.so.6 examples/netlink_links.ts
 *     deno run -P=netlink_links examples/netlink_links.ts
 *
 * The path is where libc lies; on arm64 it is /lib/aarch64-linux-gnu/libc.so.6.
 * The name of an interface may follow, to see just that one.
 *
 * @module
 */
import { socket } from "@berkeley/socket";
import { posix } from "@berkeley/socket/posix";

// Of <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_link.h> and
// <linux/if_addr.h>.
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const RTM_GETLINK = 18;
const RTM_GETADDR = 22;
const IFLA_IFNAME = 3;
const IFLA_OPERSTATE = 16;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;

// Sizes of structs, in bytes.
const NLMSGHDR = 16;
const IFINFOMSG = 16;
const IFADDRMSG = 8;
const RTATTR = 4;

// By the number in IFLA_OPERSTATE.
const STATES = "UNKNOWN NOTPRESENT DOWN LOWERLAYERDOWN TESTING DORMANT UP"
  .split(" ");

interface Link {
  readonly name: string;
  readonly state: string;
  readonly addresses: string[];
}

/** Netlink's numbers are in the machine's own byte order: little-endian, where the driver runs. */
function viewOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    u8: (at: number) => view.getUint8(at),
    u16: (at: number) => view.getUint16(at, true),
    u32: (at: number) => view.getUint32(at, true),
    i32: (at: number) => view.getInt32(at, true),
  };
}

/** Yields what stands one after the other, each with its length in front, aligned to 4 bytes. */
function* split(bytes: Uint8Array, lengthOf: (rest: Uint8Array) => number) {
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    const length = lengthOf(rest);
    yield rest.subarray(0, length);
    at += (length + 3) & ~3;
  }
}

/** Asks for everything of a kind; yields a message for each, without its header. */
async function* dump(s: socket.Socket, type: number) {
  const request = new DataView(new ArrayBuffer(NLMSGHDR + IFINFOMSG));
  request.setUint32(0, request.byteLength, true);
  request.setUint16(4, type, true);
  request.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, true);
  await s.send(request);
  while (true) {
    const answer = await s.recv(65536);
    for (const message of split(answer, (rest) => viewOf(rest).u32(0))) {
      const kind = viewOf(message).u16(4);
      if (kind === NLMSG_DONE) return;
      if (kind === NLMSG_ERROR) {
        const errno = -viewOf(message).i32(NLMSGHDR);
        throw new socket.OSError(errno, "The kernel refused the request");
      }
      yield message.subarray(NLMSGHDR);
    }
  }
}

/** Returns the attributes that follow a message's fixed part, by their types. */
function attributesOf(message: Uint8Array, fixed: number) {
  const attributes = new Map<number, Uint8Array>();
  const rest = message.subarray(fixed);
  for (const each of split(rest, (rest) => viewOf(rest).u16(0))) {
    attributes.set(viewOf(each).u16(2), each.subarray(RTATTR));
  }
  return attributes;
}

/** Returns the interfaces by their indexes. */
async function readLinks(s: socket.Socket): Promise<Map<number, Link>> {
  const links = new Map<number, Link>();
  for await (const message of dump(s, RTM_GETLINK)) {
    const attributes = attributesOf(message, IFINFOMSG);
    const name = new TextDecoder().decode(attributes.get(IFLA_IFNAME));
    const [state = 0] = attributes.get(IFLA_OPERSTATE) ?? [];
    const index = viewOf(message).u32(4);
    links.set(index, {
      name: name.replace("\0", ""),
      state: STATES[state],
      addresses: [],
    });
  }
  return links;
}

/** Adds the addresses to the interfaces that have them. */
async function readAddresses(s: socket.Socket, links: Map<number, Link>) {
  for await (const message of dump(s, RTM_GETADDR)) {
    const { u8, u32 } = viewOf(message);
    const [family, prefix, index] = [u8(0), u8(1), u32(4)];
    const attributes = attributesOf(message, IFADDRMSG);
    const [address, local] = [IFA_ADDRESS, IFA_LOCAL].map((type) => {
      const packed = attributes.get(type);
      return packed && socket.inetNtop(family, packed);
    });
    // At a point-to-point link, IFA_ADDRESS is the other end's.
    const isPeer = local !== undefined && local !== address;
    const text = isPeer ? `${local} peer ${address}` : address;
    links.get(index)?.addresses.push(`${text}/${prefix}`);
  }
}

const [wanted, ...more] = Deno.args;
if (wanted === "" || more.length > 0) {
  console.error("Usage: netlink_links.ts [INTERFACE]");
  Deno.exit(1);
}

try {
  using s = socket.socket(
    socket.AF_NETLINK,
    socket.SOCK_RAW,
    socket.NETLINK_ROUTE,
    { driver: posix },
  );
  const links = await readLinks(s);
  await readAddresses(s, links);
  let shown = 0;
  for (const { name, state, addresses } of links.values()) {
    if (wanted !== undefined && name !== wanted) continue;
    shown++;
    const line = [name.padEnd(16), state.padEnd(14), ...addresses].join(" ");
    console.log(line.trimEnd());
  }
  if (shown === 0) {
    console.error(`There is no interface "${wanted}"`);
    Deno.exit(1);
  }
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
