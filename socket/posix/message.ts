import type { Address } from "../address.ts";
import type { AncillaryData, MessageHeader } from "../driver.ts";
import { CMSG_SPACE } from "../convert/ancillary.ts";
import { MSG_CMSG_CLOEXEC, MSG_DONTWAIT } from "../constants/mod.ts";
import { cmsghdr, iovec, msghdr, sockaddrStorage } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { addressOf } from "./memory.ts";
import { unpackAddress } from "./sockaddr/mod.ts";

/** Memory that is made once, with the address that C knows it by. */
class Room {
  bytes: Uint8Array;
  view: DataView;
  address: bigint;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.address = addressOf(this.bytes);
  }
}

// One message at a time is made or read, so they share their memory.
interface Rooms {
  readonly header: Room;
  readonly name: Room;
  iov: Room;
  control: Room;
}

let made: Rooms | undefined;

const nameLength = new Uint32Array(1);
const nameLengthBytes = new Uint8Array(nameLength.buffer);

function rooms(): Rooms {
  return made ??= {
    header: new Room(msghdr.size),
    name: new Room(sockaddrStorage.size),
    iov: new Room(16 * iovec.size),
    control: new Room(1024),
  };
}

// No system puts more beside a message; the memory for it is allocated.
const MOST_CONTROL = 1 << 20;

/** Writes the header of a message; leaves name and control data to the caller. */
function prepare(buffers: readonly Uint8Array[]): Rooms {
  const all = rooms();
  const size = buffers.length * iovec.size;
  if (all.iov.bytes.length < size) all.iov = new Room(size);
  const iov = all.iov.view;
  for (let index = 0; index < buffers.length; index++) {
    const at = index * iovec.size;
    const buffer = buffers[index];
    iov.setBigUint64(at + iovec.base, addressOf(buffer), true);
    setSize(iov, at + iovec.len, buffer.length);
  }
  const header = all.header.view;
  header.setBigUint64(msghdr.iov, all.iov.address, true);
  setSize(header, msghdr.iovlen, buffers.length);
  header.setInt32(msghdr.flags, 0, true);
  return all;
}

/** Writes a size_t: in two halves, as making a bigint takes longer. */
function setSize(view: DataView, at: number, size: number): void {
  view.setUint32(at, size, true);
  view.setUint32(at + 4, 0, true);
}

function setPart(
  header: DataView,
  at: number,
  room: Room,
  size: number,
): void {
  // The length follows its address; musl and glibc agree on the low 32 bits.
  header.setBigUint64(at, size === 0 ? 0n : room.address, true);
  setSize(header, at + 8, size);
}

/** Receives bytes into a buffer; returns how many, or a negative number as `recvfrom(2)`. Then {@linkcode sender} tells from whom they came. */
export function receiveFrom(
  fd: number,
  buffer: Uint8Array,
  size: number,
  flags: number,
): number {
  const { name } = rooms();
  nameLength[0] = sockaddrStorage.size;
  const count = libc()
    .recvfrom(fd, buffer, size, flags, name.bytes, nameLengthBytes);
  if (count < 0) nameLength[0] = 0;
  return count;
}

/** Returns who sent the bytes that were received last. */
export function sender(proto: number): Address | null {
  return unpackAddress(rooms().name.bytes, nameLength[0], proto);
}

/** Receives a message into buffers; returns how many bytes, or a negative number as `recvmsg(2)`. Then {@linkcode received} tells what came with them. */
export function receiveMessage(
  fd: number,
  buffers: readonly Uint8Array[],
  controlSize: number,
  flags: number,
): number {
  const all = prepare(buffers);
  const size = Math.min(controlSize, MOST_CONTROL);
  if (all.control.bytes.length < size) all.control = new Room(size);
  const header = all.header.view;
  setPart(header, msghdr.name, all.name, sockaddrStorage.size);
  setPart(header, msghdr.control, all.control, size);
  return libc().recvmsg(fd, all.header.bytes, flags | MSG_DONTWAIT);
}

/** Returns what came with the message that was received last. */
export function received(proto: number): MessageHeader {
  const { header, name } = rooms();
  return {
    ancillary: controlMessages(),
    flags: header.view.getInt32(msghdr.flags, true) &
      ~Math.max(0, MSG_CMSG_CLOEXEC),
    address: unpackAddress(
      name.bytes,
      header.view.getUint32(msghdr.namelen, true),
      proto,
    ),
  };
}

function controlMessages(): AncillaryData[] {
  const { header, control } = rooms();
  const end = header.view.getUint32(msghdr.controllen, true);
  const messages: AncillaryData[] = [];
  for (let at = 0; at + cmsghdr.size <= end;) {
    // 64 bits on Linux, of which the upper ones are 0; 32 on macOS.
    const length = control.view.getUint32(at + cmsghdr.len, true);
    if (length < cmsghdr.size) break;
    const data = control.bytes.slice(
      at + cmsghdr.size,
      Math.min(at + length, end),
    );
    messages.push([
      control.view.getInt32(at + cmsghdr.level, true),
      control.view.getInt32(at + cmsghdr.type, true),
      data,
    ]);
    at += CMSG_SPACE(length - cmsghdr.size);
  }
  return messages;
}

/** Sends buffers as one message; returns what `sendmsg(2)` does. */
export function sendMessage(
  fd: number,
  buffers: readonly Uint8Array[],
  ancillary: readonly AncillaryData[],
  flags: number,
  address: Uint8Array | null,
): number {
  const all = prepare(buffers);
  const size = putControlMessages(all, ancillary);
  if (address !== null) all.name.bytes.set(address);
  const header = all.header.view;
  setPart(header, msghdr.name, all.name, address?.length ?? 0);
  setPart(header, msghdr.control, all.control, size);
  return libc().sendmsg(fd, all.header.bytes, flags | MSG_DONTWAIT);
}

function putControlMessages(
  all: Rooms,
  ancillary: readonly AncillaryData[],
): number {
  let size = 0;
  for (const [, , data] of ancillary) size += CMSG_SPACE(data.length);
  if (all.control.bytes.length < size) all.control = new Room(size);
  const { bytes, view } = all.control;
  bytes.fill(0, 0, size);
  let at = 0;
  for (const [level, type, data] of ancillary) {
    setSize(view, at + cmsghdr.len, cmsghdr.size + data.length);
    view.setInt32(at + cmsghdr.level, level, true);
    view.setInt32(at + cmsghdr.type, type, true);
    bytes.set(data, at + cmsghdr.size);
    at += CMSG_SPACE(data.length);
  }
  return size;
}
