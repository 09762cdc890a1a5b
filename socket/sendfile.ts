import { checkInteger, kindOf } from "./arguments.ts";
import { OSError } from "./errors.ts";
import type { WaitOptions } from "./wait.ts";

/** Options of {@linkcode Socket.sendfile}. */
export interface SendfileOptions extends WaitOptions {
  /**
   * Where in the file to begin, in bytes.
   * @default {0}
   */
  offset?: number;
  /** How many bytes to send at most; all up to the file's end if omitted. */
  count?: number;
}

// How much of the file is in memory at a time.
const CHUNK = 65536;

/**
 * Sends a file, piece by piece. Wherever it ends, the file's position is then
 * behind the last byte that was sent.
 */
export async function sendFile(
  sendall: (data: Uint8Array) => Promise<void>,
  file: Deno.FsFile,
  { offset = 0, count }: SendfileOptions,
): Promise<number> {
  if (typeof file?.seek !== "function" || typeof file.read !== "function") {
    throw new TypeError(
      `Cannot sendfile: the file must be a Deno.FsFile, not ${kindOf(file)}`,
    );
  }
  checkInteger("sendfile", "offset", offset, 0);
  if (count !== undefined) checkInteger("sendfile", "count", count, 1);
  const goal = count ?? Infinity;
  const buffer = new Uint8Array(CHUNK);
  let sent = 0;
  await file.seek(offset, Deno.SeekMode.Start);
  try {
    while (sent < goal) {
      const size = Math.min(CHUNK, goal - sent);
      const read = await file.read(buffer.subarray(0, size));
      if (read === null) break;
      await sendall(buffer.subarray(0, read));
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
