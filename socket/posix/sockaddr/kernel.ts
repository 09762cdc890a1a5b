import type { Address, OtherAddress } from "../../address.ts";
import {
  AF_ALG,
  AF_NETLINK,
  AF_QIPCRTR,
  AF_TIPC,
  AF_VSOCK,
  TIPC_ADDR_ID,
  TIPC_ADDR_NAME,
  TIPC_ADDR_NAMESEQ,
  TIPC_CLUSTER_SCOPE,
} from "../../constants/mod.ts";
import {
  sockaddrAlg,
  sockaddrNl,
  sockaddrQrtr,
  sockaddrTipc,
  sockaddrVm,
} from "../layout/linux.ts";
import { expectShape, integer, text } from "./shape.ts";

// Addresses of numbers that only this machine's kernel knows, and of its crypto
// functions.

const U32 = 0xffffffff;

/** Writes a family and 32-bit numbers, each at its offset. */
function packNumbers(
  call: string,
  family: number,
  size: number,
  numbers: readonly (readonly [what: string, offset: number, value: unknown])[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  for (const [what, offset, value] of numbers) {
    view.setUint32(offset, integer(call, what, value, 0, U32), true);
  }
  return bytes;
}

/** Makes the address `[pid, groups]` of AF_NETLINK. */
export function packNetlink(
  call: string,
  address: Address,
): Uint8Array<ArrayBuffer> {
  const [pid, groups] = expectShape(
    call,
    "AF_NETLINK",
    "[pid, groups]",
    address,
    2,
    2,
  );
  return packNumbers(call, AF_NETLINK, sockaddrNl.size, [
    ["pid", sockaddrNl.pid, pid],
    ["groups", sockaddrNl.groups, groups],
  ]);
}

/** Reads an address of AF_NETLINK. */
export function unpackNetlink(view: DataView): OtherAddress {
  return [
    view.getUint32(sockaddrNl.pid, true),
    view.getUint32(sockaddrNl.groups, true),
  ];
}

/** Makes the address `[cid, port]` of AF_VSOCK. */
export function packVsock(
  call: string,
  address: Address,
): Uint8Array<ArrayBuffer> {
  const [cid, port] = expectShape(
    call,
    "AF_VSOCK",
    "[cid, port]",
    address,
    2,
    2,
  );
  return packNumbers(call, AF_VSOCK, sockaddrVm.size, [
    // VMADDR_CID_ANY and VMADDR_PORT_ANY are -1 in Python's eyes too.
    ["cid", sockaddrVm.cid, cid === -1 ? U32 : cid],
    ["port", sockaddrVm.port, port === -1 ? U32 : port],
  ]);
}

/** Reads an address of AF_VSOCK. */
export function unpackVsock(view: DataView): OtherAddress {
  return [
    view.getUint32(sockaddrVm.cid, true),
    view.getUint32(sockaddrVm.port, true),
  ];
}

/** Makes the address `[node, port]` of AF_QIPCRTR. */
export function packQipcrtr(
  call: string,
  address: Address,
): Uint8Array<ArrayBuffer> {
  const [node, port] = expectShape(
    call,
    "AF_QIPCRTR",
    "[node, port]",
    address,
    2,
    2,
  );
  return packNumbers(call, AF_QIPCRTR, sockaddrQrtr.size, [
    ["node", sockaddrQrtr.node, node],
    ["port", sockaddrQrtr.port, port],
  ]);
}

/** Reads an address of AF_QIPCRTR. */
export function unpackQipcrtr(view: DataView): OtherAddress {
  return [
    view.getUint32(sockaddrQrtr.node, true),
    view.getUint32(sockaddrQrtr.port, true),
  ];
}

/** Makes the address `[addrType, v1, v2, v3, scope]` of AF_TIPC. */
export function packTipc(
  call: string,
  address: Address,
): Uint8Array<ArrayBuffer> {
  const shape = "[addrType, v1, v2, v3, scope]";
  const [kind, v1, v2, v3, scope = TIPC_CLUSTER_SCOPE] = expectShape(
    call,
    "AF_TIPC",
    shape,
    address,
    4,
    5,
  );
  if (
    kind !== TIPC_ADDR_NAMESEQ && kind !== TIPC_ADDR_NAME &&
    kind !== TIPC_ADDR_ID
  ) {
    throw new TypeError(
      `Cannot ${call}: the address type must be TIPC_ADDR_NAMESEQ, TIPC_ADDR_NAME or TIPC_ADDR_ID`,
    );
  }
  // struct tipc_portid has the reference before the node.
  const isId = kind === TIPC_ADDR_ID;
  const bytes = packNumbers(call, AF_TIPC, sockaddrTipc.size, [
    ["first number", isId ? sockaddrTipc.v2 : sockaddrTipc.v1, v1],
    ["second number", isId ? sockaddrTipc.v1 : sockaddrTipc.v2, v2],
    ["third number", sockaddrTipc.v3, v3],
  ]);
  if (kind !== TIPC_ADDR_NAMESEQ) bytes.fill(0, sockaddrTipc.v3);
  bytes[sockaddrTipc.addrtype] = kind;
  bytes[sockaddrTipc.scope] = integer(call, "scope", scope, 0, 255);
  return bytes;
}

/** Reads an address of AF_TIPC. */
export function unpackTipc(view: DataView): OtherAddress {
  const kind = view.getUint8(sockaddrTipc.addrtype);
  const scope = view.getUint8(sockaddrTipc.scope);
  const v1 = view.getUint32(sockaddrTipc.v1, true);
  const v2 = view.getUint32(sockaddrTipc.v2, true);
  if (kind === TIPC_ADDR_ID) return [kind, v2, v1, 0, scope];
  // CPython tells a name's instance twice.
  const v3 = kind === TIPC_ADDR_NAME
    ? v2
    : view.getUint32(sockaddrTipc.v3, true);
  return [kind, v1, v2, v3, scope];
}

/** Makes the address `[type, name, feat, mask]` of AF_ALG. */
export function packAlg(
  call: string,
  address: Address,
): Uint8Array<ArrayBuffer> {
  const shape = "[type, name, feat, mask]";
  const [kind, name, feat = 0, mask = 0] = expectShape(
    call,
    "AF_ALG",
    shape,
    address,
    2,
    4,
  );
  const bytes = packNumbers(call, AF_ALG, sockaddrAlg.size, [
    ["feature flags", sockaddrAlg.feat, feat],
    ["feature mask", sockaddrAlg.mask, mask],
  ]);
  const put = (what: string, value: string, start: number, room: number) => {
    const encoded = new TextEncoder().encode(value);
    if (encoded.length >= room) {
      throw new RangeError(
        `Cannot ${call}: the ${what} of an AF_ALG address must be shorter than ${room} bytes`,
      );
    }
    bytes.set(encoded, start);
  };
  put("type", text(call, kind), sockaddrAlg.type, 14);
  put("name", text(call, name), sockaddrAlg.name, 64);
  return bytes;
}

/** Reads an address of AF_ALG. */
export function unpackAlg(view: DataView): OtherAddress {
  const textAt = (start: number, room: number) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + start, room);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(bytes.slice(0, end < 0 ? room : end));
  };
  return [
    textAt(sockaddrAlg.type, 14),
    textAt(sockaddrAlg.name, 64),
    view.getUint32(sockaddrAlg.feat, true),
    view.getUint32(sockaddrAlg.mask, true),
  ];
}
