import type { Address } from "../address.ts";
import { errno } from "../constants/errno.ts";
import { AF_UNIX, SO_ERROR, SOL_SOCKET } from "../constants/mod.ts";
import { osErrorFromErrno } from "../errors.ts";
import { isNonBlocking, type Wait } from "../wait.ts";
import type { Descriptor } from "./descriptor.ts";
import { destination, FoundDestination } from "./destination.ts";
import { libc } from "./libc.ts";
import { getOption } from "./options.ts";
import { isInternet } from "./sockaddr/internet.ts";
import { NO_ADDRESS, type SocketKind } from "./sockaddr/mod.ts";
import { lastErrno, PENDING } from "./syscall.ts";

// How long to wait before asking again for space in the queue of a Unix
// listener, of which the kernel does not tell; milliseconds.
const UNTOLD = 5;

/**
 * Connects a descriptor. Whatever ends the wait early dissolves the attempt, and
 * the socket can connect again.
 */
export function connect(
  descriptor: Descriptor,
  kind: SocketKind,
  address: Address,
  wait: Wait | undefined,
): Promise<void> {
  const queue = descriptor.writes;
  const isBrief = isNonBlocking(wait);
  const known = destination("connect", kind, address);
  const found = known === undefined
    ? new FoundDestination("connect", kind, address, () => queue.serve())
    : undefined;
  const fields = { syscall: "connect", address };
  let hasBegun = false;

  // Asking again, when the kernel has news, ends the attempt as a connect that
  // blocks would: it gives the error that there was, and leaves the socket ready
  // for another attempt.
  const connectTo = (packed: Uint8Array<ArrayBuffer>) => {
    // A family such as AF_VSOCK would begin anew.
    if (hasBegun && !isInternet(kind.family)) {
      const number = pendingError(descriptor);
      if (number !== 0) throw osErrorFromErrno(number, fields);
    }
    const result = libc().connect(descriptor.fd, packed, packed.length);
    if (result === 0) return undefined;
    const number = lastErrno();
    if (hasBegun && number === errno.EISCONN) return undefined;
    // As in Python, a socket with a timeout does not wait for space in the
    // queue of a Unix listener.
    const isFull = number === errno.EAGAIN && kind.family === AF_UNIX &&
      (wait === undefined || wait.deadline === Infinity);
    if (isFull) queue.serveLater(UNTOLD);
    else if (isBrief || !isUnderWay(number, hasBegun)) {
      throw osErrorFromErrno(number, fields);
    } else hasBegun = true;
    return PENDING;
  };
  const attempt = () => {
    const packed = known ?? found!.packed;
    return packed === PENDING ? PENDING : connectTo(packed);
  };

  // The first attempt does not wait for sends that are in progress: the kernel
  // says what is wrong with it.
  if (known !== undefined) {
    const result = attempt();
    if (result !== PENDING) return Promise.resolve();
  }
  return queue.wait("connect", attempt, isBrief ? undefined : wait, () => {
    if (hasBegun) dissolve(descriptor);
  });
}

/** Tells whether a connection attempt goes on. */
function isUnderWay(number: number, hasBegun: boolean): boolean {
  return number === errno.EINPROGRESS || number === errno.EINTR ||
    (hasBegun && number === errno.EALREADY);
}

/** Returns the number of the error that an attempt has ended in, once; 0 if there is none. */
function pendingError(descriptor: Descriptor): number {
  const value = getOption(descriptor, SOL_SOCKET, SO_ERROR, 4);
  return new DataView(value.buffer).getInt32(0, true);
}

/** Takes a connection attempt back. */
function dissolve({ fd }: Descriptor): void {
  if (fd >= 0) libc().connect(fd, NO_ADDRESS, NO_ADDRESS.length);
}
