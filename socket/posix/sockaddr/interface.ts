import type { Address, OtherAddress } from "../../address.ts";
import { kindOf } from "../../arguments.ts";
import {
  AF_CAN,
  AF_PACKET,
  CAN_BCM,
  CAN_ISOTP,
  CAN_J1939,
  CAN_RAW,
} from "../../constants/mod.ts";
import { OSError, osError } from "../../errors.ts";
import { IFNAMSIZ, sockaddrCan, sockaddrLl } from "../layout/linux.ts";
import { libc } from "../libc.ts";
import { cString } from "../memory.ts";
import { check } from "../syscall.ts";
import { expectShape, integer, text } from "./shape.ts";

// Addresses that name an interface: of packets (packet(7)) and of CAN.

/** Tells whether a name is longer than any interface's. */
function isTooLong(name: string): boolean {
  return new TextEncoder().encode(name).length >= IFNAMSIZ;
}

/** Returns the index of an interface. */
function indexOf(call: string, name: string): number {
  // libc would cut the name.
  if (isTooLong(name)) {
    throw osError({ code: "ENODEV", syscall: call, address: [name] });
  }
  const index = libc().if_nametoindex(cString(name));
  check(index === 0 ? -1 : index, { syscall: call, address: [name] });
  return index;
}

/** Returns the index of an interface of AF_CAN; 0, which means all, for "". */
function canIndexOf(call: string, name: string): number {
  if (name === "") return 0;
  if (!isTooLong(name)) return indexOf(call, name);
  const state = "AF_CAN interface name too long";
  throw new OSError({ syscall: call, address: [name], state });
}

function nameOf(index: number): string {
  const name = new Uint8Array(IFNAMSIZ);
  if (index === 0 || libc().if_indextoname(index, name) === 0n) return "";
  return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
}

/** Makes the address `[ifname, proto, pkttype, hatype, addr]` of AF_PACKET. */
export function packPacket(
  call: string,
  address: Address,
): Uint8Array<ArrayBuffer> {
  const shape = "[ifname, proto, pkttype, hatype, addr]";
  const [name, proto, pkttype = 0, hatype = 0, hardware = new Uint8Array()] =
    expectShape(call, "AF_PACKET", shape, address, 2, 5);
  if (!(hardware instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot ${call}: the hardware address must be bytes, not ${
        kindOf(hardware)
      }`,
    );
  }
  if (hardware.length > 8) {
    throw new RangeError(
      `Cannot ${call}: the hardware address must be at most 8 bytes, not ${hardware.length}`,
    );
  }
  const bytes = new Uint8Array(sockaddrLl.size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(
    sockaddrLl.protocol,
    integer(call, "protocol", proto, 0, 0xffff),
  );
  view.setUint16(
    sockaddrLl.hatype,
    integer(call, "hardware type", hatype, 0, 0xffff),
    true,
  );
  bytes[sockaddrLl.pkttype] = integer(call, "packet type", pkttype, 0, 255);
  bytes[sockaddrLl.halen] = hardware.length;
  bytes.set(hardware, sockaddrLl.addr);
  view.setInt32(sockaddrLl.ifindex, indexOf(call, text(call, name)), true);
  return bytes;
}

/** Reads an address of AF_PACKET. */
export function unpackPacket(view: DataView): OtherAddress {
  // Some hardware has longer addresses than fit, which the kernel tells whole.
  const room = view.byteLength - sockaddrLl.addr;
  const length = Math.min(room, view.getUint8(sockaddrLl.halen));
  const start = view.byteOffset + sockaddrLl.addr;
  return [
    nameOf(view.getInt32(sockaddrLl.ifindex, true)),
    view.getUint16(sockaddrLl.protocol),
    view.getUint8(sockaddrLl.pkttype),
    view.getUint16(sockaddrLl.hatype, true),
    new Uint8Array(view.buffer, start, length).slice(),
  ];
}

/** Makes the address of AF_CAN, whose shape the protocol decides. */
export function packCan(
  call: string,
  address: Address,
  proto: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sockaddrCan.size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_CAN, true);
  const setIndex = (name: unknown) =>
    view.setInt32(
      sockaddrCan.ifindex,
      canIndexOf(call, text(call, name)),
      true,
    );
  if (proto === CAN_ISOTP) {
    const shape = "[interface, rxAddr, txAddr]";
    const [name, rx, tx] = expectShape(call, "CAN_ISOTP", shape, address, 3, 3);
    const rxId = integer(call, "address", rx, 0, 0xffffffff);
    const txId = integer(call, "address", tx, 0, 0xffffffff);
    view.setUint32(sockaddrCan.rxId, rxId, true);
    view.setUint32(sockaddrCan.txId, txId, true);
    setIndex(name);
  } else if (proto === CAN_J1939) {
    const shape = "[interface, name, pgn, addr]";
    const [name, own, pgn, addr] = expectShape(
      call,
      "CAN_J1939",
      shape,
      address,
      4,
      4,
    );
    view.setBigUint64(sockaddrCan.name, nameNumber(call, own), true);
    view.setUint32(
      sockaddrCan.pgn,
      integer(call, "PGN", pgn, 0, 0xffffffff),
      true,
    );
    bytes[sockaddrCan.addr] = integer(call, "address", addr, 0, 255);
    setIndex(name);
  } else if (proto === CAN_RAW || proto === CAN_BCM) {
    const [name] = expectShape(call, "AF_CAN", "[interface]", address, 1, 1);
    setIndex(name);
  } else {
    const state = "unsupported CAN protocol";
    throw new OSError({ syscall: call, address, state });
  }
  return bytes;
}

/** Returns the 64 bits by which a device of J1939 is known. */
function nameNumber(call: string, value: unknown): bigint {
  if (typeof value !== "bigint") {
    const most = Number.MAX_SAFE_INTEGER;
    return BigInt(integer(call, "name", value, 0, most));
  }
  if (BigInt.asUintN(64, value) === value) return value;
  throw new RangeError(
    `Cannot ${call}: the name must be 0 to 2 ** 64 - 1, not ${value}`,
  );
}

/** Reads an address of AF_CAN. */
export function unpackCan(view: DataView, proto: number): OtherAddress {
  const name = nameOf(view.getInt32(sockaddrCan.ifindex, true));
  if (proto === CAN_ISOTP) {
    return [
      name,
      view.getUint32(sockaddrCan.rxId, true),
      view.getUint32(sockaddrCan.txId, true),
    ];
  }
  if (proto !== CAN_J1939) return [name];
  const own = view.getBigUint64(sockaddrCan.name, true);
  return [
    name,
    own <= Number.MAX_SAFE_INTEGER ? Number(own) : own,
    view.getUint32(sockaddrCan.pgn, true),
    view.getUint8(sockaddrCan.addr),
  ];
}
