import { checkDescriptor, checkInteger, kindOf } from "./arguments.ts";
import { SOCK_STREAM } from "./constants/mod.ts";
import type { Endpoint } from "./driver.ts";
import { OSError } from "./errors.ts";
import { isNonBlocking, type Wait, type WaitOptions } from "./wait.ts";

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
 */
export async function sendFile(
  endpoint: () => Endpoint,
  file: Deno.FsFile | number,
  { offset = 0, count }: SendfileOptions,
  wait: Wait | undefined,
): Promise<number> {
  if (endpoint().type !== SOCK_STREAM) {
    throw new TypeError("Cannot sendfile: the socket must be a stream");
  }
  if (isNonBlocking(wait)) {
    throw new TypeError("Cannot sendfile: the socket must not be non-blocking");
  }
  checkInteger("sendfile", "offset", offset, 0);
  if (count !== undefined) checkInteger("sendfile", "count", count, 1);
  if (typeof file === "number") {
    checkDescriptor("sendfile", file);
    return await endpoint().sendfile(file, offset, count ?? Infinity, wait);
  }
  if (typeof file?.seek !== "function" || typeof file.read !== "function") {
    throw new TypeError(
      `Cannot sendfile: the file must be a Deno.FsFile, not ${kindOf(file)}`,
    );
  }
  const total = count ?? Infinity;
  const buffer = new Uint8Array(CHUNK);
  let sent = 0;
  await file.seek(offset, Deno.SeekMode.Start);
  try {
    while (sent < total) {
      const size = Math.min(CHUNK, total - sent);
      const read = await file.read(buffer.subarray(0, size));
      if (read === null) break;
      wait?.signal?.throwIfAborted();
      await endpoint().sendall(buffer.subarray(0, read), 0, wait);
      sent += read;
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
