import { errno } from "../constants/errno.ts";
import { MSG_DONTWAIT } from "../constants/mod.ts";
import { type OSErrorFields, osErrorFromErrno } from "../errors.ts";
import { isDarwin, RW_MAX } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { check, lastErrno, PENDING, wasInterrupted } from "./syscall.ts";

// How much of a file is read at a time where the kernel cannot send it itself.
const PIECE = 65536;

const position = new BigInt64Array(1);
const positionBytes = new Uint8Array(position.buffer);
let piece = new Uint8Array(0);

/**
 * Sends of an open file what the socket takes now, with `sendfile(2)` where the
 * kernel can and else by reading. Of what was read and is not sent nothing is
 * lost: the file is read anew from where the sending ended.
 *
 * @returns The number of bytes; 0 at the file's end.
 */
export function sendFile(
  socket: number,
  file: number,
  offset: number,
  count: number,
  fields: () => OSErrorFields,
): number | typeof PENDING {
  // macOS's call has other arguments; there a file is read and sent.
  if (isDarwin) return sendPiece(socket, file, offset, count, fields);
  for (;;) {
    position[0] = BigInt(offset);
    const size = Math.min(count, RW_MAX);
    const sent = libc().sendfile(socket, file, positionBytes, size);
    if (sent >= 0) return sent;
    const number = lastErrno();
    if (number === errno.EAGAIN) return PENDING;
    // Not every file system can, nor every kind of socket.
    if (number === errno.EINVAL || number === errno.ENOSYS) {
      return sendPiece(socket, file, offset, count, fields);
    }
    if (number === errno.EINTR) continue;
    throw osErrorFromErrno(number, { ...fields(), syscall: "sendfile" });
  }
}

function sendPiece(
  socket: number,
  file: number,
  offset: number,
  count: number,
  fields: () => OSErrorFields,
): number | typeof PENDING {
  if (piece.length === 0) piece = new Uint8Array(PIECE);
  const size = Math.min(count, PIECE);
  const read = check(
    libc().pread(file, piece, size, BigInt(offset)),
    { ...fields(), syscall: "sendfile" },
  );
  if (read === 0) return 0;
  for (;;) {
    const sent = libc().send(socket, piece, read, MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (!wasInterrupted(fields)) return PENDING;
  }
}
