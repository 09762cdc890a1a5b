import { lostBuffer } from "../arguments.ts";
import { MSG_PEEK, MSG_WAITALL } from "../constants/mod.ts";
import { HALF_ENDED, POLLERR, POLLHUP } from "../constants/poll.ts";
import { isNonBlocking, type Wait } from "../wait.ts";
import type { Descriptor } from "./descriptor.ts";
import type { KeptBytes } from "./received_bytes.ts";
import { PENDING } from "./syscall.ts";

// MSG_WAITALL, which the kernel does only for descriptors that block.

/** What receives what is there now. */
interface Receiver {
  readonly descriptor: Descriptor;
  readonly kept: KeptBytes;
  tryRecvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): number | typeof PENDING;
}

/** Receives `size` bytes, or what comes before the end of the stream. */
export async function recvAll(
  receiver: Receiver,
  size: number,
  flags: number,
  wait: Wait | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(size);
  const count = await recvAllInto(receiver, buffer, flags, wait);
  return count === size ? buffer : buffer.slice(0, count);
}

/** Receives until the buffer is full or the stream ends, and returns the number of bytes. */
export function recvAllInto(
  receiver: Receiver,
  buffer: Uint8Array,
  flags: number,
  wait: Wait | undefined,
): Promise<number> {
  const { length } = buffer;
  const { kept, descriptor: { reads } } = receiver;
  const now = flags & ~MSG_WAITALL;
  let filled = 0;
  const attempt = (): number | typeof PENDING => {
    if (buffer.length < length) throw lostBuffer("recv");
    if ((flags & MSG_PEEK) !== 0) return peekAll(receiver, buffer, now, wait);
    while (filled < length) {
      const rest = filled === 0 ? buffer : buffer.subarray(filled);
      let count: number | typeof PENDING;
      try {
        count = receiver.tryRecvInto(rest, now, wait);
      } catch (error) {
        if (filled === 0) throw error;
        kept.error = error;
        break;
      }
      if (count === PENDING) return PENDING;
      if (count === 0) break;
      filled += count;
    }
    return filled;
  };
  const atOnce = reads.tryNow(() => {
    const count = attempt();
    // As the kernel does, a call that must not wait takes what there is.
    return count === PENDING && isNonBlocking(wait) && filled > 0
      ? filled
      : count;
  }, wait);
  return atOnce ?? reads.wait("recv", attempt, wait, () => {
    if (filled > 0) kept.keep(buffer.slice(0, filled));
  });
}

function peekAll(
  receiver: Receiver,
  buffer: Uint8Array,
  flags: number,
  wait: Wait | undefined,
): number | typeof PENDING {
  // Before the look, for what comes just before the end has come by then.
  const ended = HALF_ENDED | POLLHUP | POLLERR;
  const isLast = (receiver.descriptor.poll(HALF_ENDED) & ended) !== 0;
  const count = receiver.tryRecvInto(buffer, flags, wait);
  return isLast || count === buffer.length ? count : PENDING;
}
