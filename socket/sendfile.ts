import { checkDescriptor, checkInteger, kindOf } from "./arguments.ts";
import { SOCK_STREAM } from "./constants/mod.ts";
import { POLLOUT } from "./constants/poll.ts";
import type { Endpoint } from "./driver.ts";
import { OSError } from "./errors.ts";
import {
  isNonBlocking,
  timeoutError,
  type Wait,
  type WaitOptions,
} from "./wait.ts";

/** Options of {@linkcode Socket.sendfile}. */
export interface SendfileOptions extends WaitOptions {
  /**
   * The position in the file to start at, in bytes.
   * @default {0}
   */
  offset?: number;
  /** The most bytes to send; up to the file's end if omitted. */
  count?: number;
}

// The most bytes of the file in memory at a time.
const CHUNK = 65536;

/**
 * Sends a file: a descriptor through the driver, a `Deno.FsFile` in pieces.
 * When it returns or throws, the position of a `Deno.FsFile` is after the last
 * byte sent.
 *
 * @param endpoint Returns the socket's endpoint; throws EBADF if the socket is
 * closed.
 * @param nextWait Begins a wait anew for each send, as the timeout is for each.
 */
export async function sendFile(
  endpoint: () => Endpoint,
  file: Deno.FsFile | number,
  { offset = 0, count }: SendfileOptions,
  nextWait: () => Wait | undefined,
): Promise<number> {
  if (endpoint().type !== SOCK_STREAM) {
    throw new RangeError("Cannot sendfile: the socket must be a stream");
  }
  if (isNonBlocking(nextWait())) {
    throw new RangeError(
      "Cannot sendfile: the socket must not be non-blocking",
    );
  }
  checkInteger("sendfile", "offset", offset, 0);
  if (count !== undefined) checkInteger("sendfile", "count", count, 1);
  const total = count ?? Infinity;
  if (typeof file === "number") {
    checkDescriptor("sendfile", file);
    return await sendDescriptor(endpoint, file, offset, total, nextWait);
  }
  if (typeof file?.seek !== "function" || typeof file.read !== "function") {
    throw new TypeError(
      `Cannot sendfile: the file must be a Deno.FsFile, not ${kindOf(file)}`,
    );
  }
  const buffer = new Uint8Array(CHUNK);
  let sent = 0;
  let wait: Wait | undefined;
  await file.seek(offset, Deno.SeekMode.Start);
  try {
    while (sent < total) {
      const size = Math.min(CHUNK, total - sent);
      const read = await file.read(buffer.subarray(0, size));
      if (read === null) break;
      for (let start = 0; start < read;) {
        checkReady(endpoint(), wait);
        wait = nextWait();
        const piece = buffer.subarray(start, read);
        const taken = await endpoint().send(piece, 0, wait);
        start += taken;
        sent += taken;
      }
    }
    return sent;
  } catch (error) {
    if (error instanceof OSError) {
      sent += error.bytesSent ?? 0;
      error.bytesSent = sent;
    }
    throw error;
  } finally {
    await file.seek(offset + sent, Deno.SeekMode.Start);
  }
}

/** Has the driver send an open file, as much at a time as the socket takes. */
async function sendDescriptor(
  endpoint: () => Endpoint,
  fd: number,
  offset: number,
  total: number,
  nextWait: () => Wait | undefined,
): Promise<number> {
  let sent = 0;
  try {
    while (sent < total) {
      const taken = await endpoint()
        .sendfile(fd, offset + sent, total - sent, nextWait());
      if (taken === 0) break;
      sent += taken;
    }
    return sent;
  } catch (error) {
    if (error instanceof OSError) {
      sent += error.bytesSent ?? 0;
      error.bytesSent = sent;
    }
    throw error;
  }
}

/**
 * Refuses to go on after a send whose time was over. Where a write cannot be
 * taken back, its bytes count as taken all the same, and the next send would
 * wait as long again for a peer that does not receive.
 */
function checkReady(endpoint: Endpoint, wait: Wait | undefined): void {
  if (wait === undefined || performance.now() < wait.deadline) return;
  if (endpoint.poll(POLLOUT) !== 0) return;
  throw timeoutError(wait, {
    syscall: "send",
    address: endpoint.getpeername(),
  });
}
