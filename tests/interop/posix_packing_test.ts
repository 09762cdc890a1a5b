// The bytes of addresses: what the driver makes and reads, and what CPython's C
// does, also of families that the kernel here lacks.

import { assertEquals } from "@std/assert";
import type { Address } from "../../socket/address.ts";
import { checkAddress } from "../../socket/check_address.ts";
import {
  AF_ALG,
  AF_CAN,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_QIPCRTR,
  AF_RDS,
  AF_TIPC,
  AF_UNIX,
  AF_VSOCK,
  CAN_BCM,
  CAN_ISOTP,
  CAN_J1939,
  CAN_RAW,
  SOCK_DGRAM,
  TIPC_ADDR_ID,
  TIPC_ADDR_NAME,
  TIPC_ADDR_NAMESEQ,
  TIPC_NODE_SCOPE,
  TIPC_ZONE_SCOPE,
  VMADDR_CID_ANY,
  VMADDR_PORT_ANY,
} from "../../socket/mod.ts";
import { packAddress, unpackAddress } from "../../socket/posix/sockaddr/mod.ts";
import { hasPosix } from "../support/posix.ts";
import { needsPython } from "../support/python.ts";
import { needsCompiler } from "./posix/compile.ts";
import { askCPython } from "./posix/packing.ts";
import type { Kind } from "./posix/probe.ts";
import { bytes, fromValue, toValue, type Value } from "./posix/value.ts";

const needs = {
  ignore: needsPython.ignore || needsCompiler.ignore || !hasPosix,
};

type Of = readonly [family: number, proto?: number];

function kindOf([family, proto = 0]: Of): Kind {
  return [family, SOCK_DGRAM, proto];
}

/** Addresses, by what is special about them. */
const addresses: Readonly<Record<string, readonly [Of, ...Value[]]>> = {
  "AF_INET": [
    [AF_INET],
    ["127.0.0.1", 80],
    ["", 0],
    ["<broadcast>", 65535],
    ["192.0.2.255", 0x1234],
  ],
  "AF_INET6": [
    [AF_INET6],
    ["::1", 80],
    ["", 0],
    ["2001:db8::f00", 65535, 0xfffff],
    ["fe80::1", 258, 0x12345, 0x89abcdef],
    ["::ffff:1.2.3.4", 1, 0, 4294967295],
  ],
  "AF_UNIX": [
    [AF_UNIX],
    "",
    "/run/x",
    "é",
    "x".repeat(107),
    "/a\0b",
    "\0name",
    bytes(`\0${"y".repeat(107)}`),
    bytes([0, 255, 0, 1]),
    bytes([47, 255, 254]),
    "\udcff\udc80",
  ],
  "AF_PACKET": [
    [AF_PACKET],
    ["lo", 3],
    ["lo", 0x88b5, 4],
    ["lo", 65535, 255, 772],
    ["lo", 0x0800, 1, 1, bytes([1, 2, 3, 4, 5, 6])],
    ["lo", 1, 2, 65535, bytes([1, 2, 3, 4, 5, 6, 7, 255])],
    ["lo", 0, 0, 0, bytes("")],
  ],
  "AF_NETLINK": [[AF_NETLINK], [0, 0], [12345, 0x80000001], [4294967295, 1]],
  "AF_VSOCK": [
    [AF_VSOCK],
    [2, 1024],
    [VMADDR_CID_ANY, VMADDR_PORT_ANY],
    [-1, -1],
    [0x12345678, 0x9abcdef0],
  ],
  "AF_QIPCRTR": [[AF_QIPCRTR], [1, 2], [0x12345678, 0xfffffffe]],
  "AF_RDS": [[AF_RDS], ["127.0.0.1", 4000], ["", 0]],
  "AF_TIPC by a range of names": [
    [AF_TIPC],
    [TIPC_ADDR_NAMESEQ, 0x11223344, 5, 0xfffffff0],
    [TIPC_ADDR_NAMESEQ, 1, 2, 3, TIPC_ZONE_SCOPE],
  ],
  "AF_TIPC by a name": [
    [AF_TIPC],
    [TIPC_ADDR_NAME, 0x11223344, 0x55667788, 0],
    [TIPC_ADDR_NAME, 1, 2, 99, TIPC_NODE_SCOPE],
  ],
  "AF_TIPC by a socket": [
    [AF_TIPC],
    [TIPC_ADDR_ID, 0x01001001, 0x87654321, 0],
    [TIPC_ADDR_ID, 1, 2, 3, 0],
  ],
  "AF_CAN, frames": [[AF_CAN, CAN_RAW], [""], ["lo"]],
  "AF_CAN, broadcasts": [[AF_CAN, CAN_BCM], [""], ["lo"]],
  "AF_CAN, ISO-TP": [
    [AF_CAN, CAN_ISOTP],
    ["lo", 0x123, 0x98765432],
    ["", 4294967295, 0],
  ],
  "AF_CAN, J1939": [
    [AF_CAN, CAN_J1939],
    ["lo", 0x1234567890, 0x3ffff, 0xfe],
    ["", 0, 0, 0],
    ["", Number.MAX_SAFE_INTEGER, 4294967295, 255],
    ["lo", { big: "18446744073709551615" }, 1, 2],
    ["lo", { big: "11" }, 1, 2],
  ],
  "AF_ALG": [
    [AF_ALG],
    ["hash", "sha256"],
    ["x".repeat(13), "y".repeat(63), 0x1234, 0xabcd],
    ["é", ""],
  ],
};

/** The bytes between and after what an address is made of: an older CPython leaves there what was there. */
function paddingOf(
  name: string,
  address: Uint8Array,
): [start: number, end: number][] {
  switch (name) {
    case "AF_INET":
    case "AF_RDS":
      return [[8, 16]];
    case "AF_PACKET":
      return [[12 + address[11], 20]];
    case "AF_NETLINK":
    case "AF_QIPCRTR":
      return [[2, 4]];
    case "AF_CAN, frames":
    case "AF_CAN, broadcasts":
      return [[2, 4], [8, 24]];
    case "AF_CAN, ISO-TP":
      return [[2, 4], [16, 24]];
    case "AF_CAN, J1939":
      return [[2, 4], [21, 24]];
  }
  return [];
}

/** Zeroes the padding, as a newer CPython does. */
function padded(name: string, hex: string): string {
  const address = Uint8Array.fromHex(hex);
  for (const [start, end] of paddingOf(name, address)) {
    address.fill(0, start, end);
  }
  return address.toHex();
}

for (const [name, [of, ...each]] of Object.entries(addresses)) {
  Deno.test({
    ...needs,
    name: `packAddress() makes the bytes that CPython makes: ${name}`,
    async fn() {
      const kind = kindOf(of);
      const { packed } = await askCPython({
        packed: each.map((address) => [kind, address]),
        read: [],
      });
      const [family, type, proto = 0] = kind;
      const ours = each.map((value) => {
        const address = checkAddress(
          "bind",
          family,
          fromValue(value, "") as never,
        );
        return packAddress("bind", { family, type, proto }, address)!.toHex();
      });
      assertEquals(ours, packed.map((hex) => padded(name, hex)));
    },
  });
}

const words = (...numbers: number[]) =>
  new Uint8Array(Uint16Array.from(numbers).buffer).toHex();

/** Names as a kernel may write them, that no program has to make. */
const written: Readonly<Record<string, readonly [Of, ...string[]]>> = {
  "AF_UNIX without a name, and without a NUL": [
    [AF_UNIX],
    words(AF_UNIX),
    words(AF_UNIX) + "2f78",
    words(AF_UNIX) + "78".repeat(108),
    words(AF_UNIX) + "00".repeat(6),
  ],
  "AF_PACKET of an interface that is gone": [
    [AF_PACKET],
    words(AF_PACKET, 0xb588) + "f0ffff7f" + words(0xffff) + "0400",
  ],
  "AF_CAN of an interface that is gone": [
    [AF_CAN, CAN_RAW],
    words(AF_CAN, 0) + "f0ffff7f",
  ],
  "AF_CAN, ISO-TP, as short as it may be": [
    [AF_CAN, CAN_ISOTP],
    words(AF_CAN, 0) + "00000000" + "2301000032547698",
  ],
  "AF_IEEE802154, which Python does not know": [
    [AF_INET],
    words(36) + "0102030405060708090a0b0c0d0e",
  ],
};

Deno.test({
  ...needs,
  name: "unpackAddress() reads the bytes of every address as CPython does",
  async fn() {
    const cases = Object.values(addresses)
      .flatMap(([of, ...each]) =>
        each.map((value) => [kindOf(of), value] as const)
      )
      // They have no file's name: both languages would end at a NUL in it.
      .filter(([[family], value]) => family !== AF_UNIX || value !== "/a\0b");
    const { packed } = await askCPython({ packed: cases, read: [] });
    const read = cases.map(([kind], index) => [kind, packed[index]] as const);
    const expected = (await askCPython({ packed: [], read })).read;
    assertEquals(read.map(unpack), expected);
  },
});

for (const [name, [of, ...names]] of Object.entries(written)) {
  Deno.test({
    ...needs,
    name: `unpackAddress() reads what CPython reads: ${name}`,
    async fn() {
      const read = names.map((each) => [kindOf(of), each] as const);
      const expected = (await askCPython({ packed: [], read })).read;
      assertEquals(read.map(unpack), expected);
    },
  });
}

// InfiniBand's have 20 bytes; CPython reads on where its memory ends.
Deno.test({
  name: "unpackAddress() reads a hardware address of more than 8 bytes",
  ignore: !hasPosix,
  fn() {
    const hardware = "0102030405060708090a0b0c0d0e0f1011121314";
    const start = words(AF_PACKET, 0x0300) + "00000000" + words(32) + "0114";
    assertEquals(unpack([[AF_PACKET, SOCK_DGRAM], start + hardware]), [
      ...["", 3, 1, 32],
      bytes([...Uint8Array.fromHex(hardware)]),
    ]);
  },
});

/** Reads a name in the memory that the driver has for one. */
function unpack([[, , proto = 0], hex]: readonly [Kind, string]): Value {
  const room = new Uint8Array(128);
  room.set(Uint8Array.fromHex(hex));
  const address: Address | null = unpackAddress(room, hex.length / 2, proto);
  return toValue(address, "?");
}
