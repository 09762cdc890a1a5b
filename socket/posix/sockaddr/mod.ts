/**
 * The addresses of each family: Python's tuples to C's structs, and back.
 *
 * @module
 */
import type { Address, UnixAddress } from "../../address.ts";
import {
  AF_ALG,
  AF_CAN,
  AF_NETLINK,
  AF_PACKET,
  AF_QIPCRTR,
  AF_TIPC,
  AF_UNIX,
  AF_UNSPEC,
  AF_VSOCK,
} from "../../constants/mod.ts";
import { OSError } from "../../errors.ts";
import { isInternet, packInternet, unpackInternet } from "./internet.ts";
import { packCan, packPacket, unpackCan, unpackPacket } from "./interface.ts";
import {
  packAlg,
  packNetlink,
  packQipcrtr,
  packTipc,
  packVsock,
  unpackAlg,
  unpackNetlink,
  unpackQipcrtr,
  unpackTipc,
  unpackVsock,
} from "./kernel.ts";
import { familyOf } from "./shape.ts";
import { packUnix, unpackUnix } from "./unix.ts";

/** What a socket is. */
export interface SocketKind {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
}

/** The address that dissolves an association: of no family. */
export const NO_ADDRESS: Uint8Array<ArrayBuffer> = new Uint8Array(16);

/**
 * Makes the bytes of an address.
 *
 * @param call The call's name, for messages.
 * @returns The bytes; `undefined` if its host has to be looked up.
 * @throws {TypeError} If it does not have the shape of its family's addresses.
 * @throws {OSError} ENODEV if there is no interface of that name; "bad family",
 * without `errno`, for a family whose addresses Python does not know either.
 */
export function packAddress(
  call: string,
  { family, proto }: SocketKind,
  address: Address,
): Uint8Array<ArrayBuffer> | undefined {
  if (isInternet(family)) return packInternet(family, address);
  switch (family) {
    case AF_UNIX:
      return packUnix(address as UnixAddress);
    case AF_PACKET:
      return packPacket(call, address);
    case AF_NETLINK:
      return packNetlink(call, address);
    case AF_VSOCK:
      return packVsock(call, address);
    case AF_CAN:
      return packCan(call, address, proto);
    case AF_TIPC:
      return packTipc(call, address);
    case AF_QIPCRTR:
      return packQipcrtr(call, address);
    case AF_ALG:
      return packAlg(call, address);
  }
  throw new OSError({ syscall: call, address, state: "bad family" });
}

/**
 * Reads an address that the kernel wrote.
 *
 * @returns `null` if there is none; for a family whose addresses Python does not
 * know, its number and the bytes.
 */
export function unpackAddress(
  bytes: Uint8Array,
  length: number,
  proto: number,
): Address | null {
  if (length < 2) return null;
  const view = new DataView(
    bytes.buffer,
    bytes.byteOffset,
    // The kernel tells the whole length, even of what did not fit.
    Math.min(length, bytes.length),
  );
  const family = familyOf(view);
  if (isInternet(family)) return unpackInternet(view);
  switch (family) {
    case AF_UNSPEC:
      return null;
    case AF_UNIX:
      return unpackUnix(view);
    case AF_PACKET:
      return unpackPacket(view);
    case AF_NETLINK:
      return unpackNetlink(view);
    case AF_VSOCK:
      return unpackVsock(view);
    case AF_CAN:
      return unpackCan(view, proto);
    case AF_TIPC:
      return unpackTipc(view);
    case AF_QIPCRTR:
      return unpackQipcrtr(view);
    case AF_ALG:
      return unpackAlg(view);
  }
  return [family, bytes.slice(2, view.byteLength)];
}
