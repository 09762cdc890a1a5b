import {
  AF_VSOCK,
  IPPROTO_TCP,
  SO_LINGER,
  SOL_SOCKET,
} from "../constants/mod.ts";
import { describe } from "../endpoint/options.ts";
import { osErrorFromErrno } from "../errors.ts";
import type { Descriptor } from "./descriptor.ts";
import { libc } from "./libc.ts";
import { lastErrno } from "./syscall.ts";

// TCP_ULP, which CPython does not name: another protocol on top, such as TLS in
// the kernel, which delivers records.
const TCP_ULP = 31;

// The size of the numbers that a program reads and writes as 32 bits, at the level
// of AF_VSOCK: the kernel takes no fewer, and as in Python a program need not know.
const LONG = 8;

const length = new Uint32Array(1);
const lengthBytes = new Uint8Array(length.buffer);

/** Reads an option: at most `size` bytes. */
export function getOption(
  { fd }: Descriptor,
  level: number,
  name: number,
  size: number,
): Uint8Array {
  const room = level === AF_VSOCK && size === 4 ? LONG : size;
  const value = new Uint8Array(room);
  length[0] = room;
  const result = libc().getsockopt(fd, level, name, value, lengthBytes);
  if (result < 0) throw failed("getsockopt", level, name);
  return value.subarray(0, Math.min(size, length[0]));
}

/** Sets an option; `null` is a null pointer, with `size` as its length. */
export function setOption(
  descriptor: Descriptor,
  level: number,
  name: number,
  value: Uint8Array | null,
  size: number,
): void {
  const { fd } = descriptor;
  const isShort = level === AF_VSOCK && value !== null && size === 4;
  const result = isShort
    ? libc().setsockopt(fd, level, name, widened(value), LONG)
    : libc().setsockopt(fd, level, name, value, size);
  if (result < 0) throw failed("setsockopt", level, name);
  if (level === IPPROTO_TCP && name === TCP_ULP) descriptor.drains = false;
}

/** Writes a number of 32 bits as one of 64. */
function widened(value: Uint8Array): Uint8Array<ArrayBuffer> {
  const [number] = new Int32Array(value.slice().buffer);
  return new Uint8Array(BigInt64Array.of(BigInt(number)).buffer);
}

/** Tells whether closing the socket would wait until its bytes are out. */
export function lingers(descriptor: Descriptor): boolean {
  try {
    const value = getOption(descriptor, SOL_SOCKET, SO_LINGER, 8).slice();
    const [onOff, seconds] = new Int32Array(value.buffer);
    return onOff !== 0 && seconds > 0;
  } catch {
    return false; // it is closed, or of a family without the option
  }
}

function failed(syscall: string, level: number, name: number): Error {
  const number = lastErrno();
  return osErrorFromErrno(number, { syscall, subject: describe(level, name) });
}
