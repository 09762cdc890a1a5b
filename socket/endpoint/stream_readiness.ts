import {
  HALF_ENDED,
  POLLERR,
  POLLHUP,
  RECEIVABLE,
  RECEIVING,
  SENDABLE,
} from "../constants/poll.ts";
import type { StreamSocket } from "./stream_socket.ts";

/** Returns the events that `poll` reports of a stream socket, in whatever state. */
export function readinessOf(socket: StreamSocket): number {
  const { acceptor, reader, writer, attempt } = socket;
  if (acceptor !== undefined) return acceptor.poll();
  if (reader !== undefined && writer !== undefined) {
    const isOver = reader.hasEnded && writer.hasEnded;
    return reader.poll() | writer.poll() | (isOver ? POLLHUP : 0);
  }
  if (attempt !== undefined) return 0;
  const isOver = socket.hasFailed ? RECEIVABLE | HALF_ENDED : 0;
  const error = socket.hasError ? POLLERR : 0;
  return SENDABLE | POLLHUP | isOver | error;
}

/**
 * Calls `observer` at every event that may change which of `events` are ready, until
 * the returned function is called.
 *
 * @param holds Whether that keeps the process alive.
 */
export function observeReadiness(
  socket: StreamSocket,
  events: number,
  observer: () => void,
  holds: boolean,
): () => void {
  const { acceptor, reader, writer, attempt } = socket;
  let cancelled = false;
  const cancels = [() => {
    cancelled = true;
  }];
  // Only a read notices the end of a connection.
  if ((events & RECEIVING) !== 0 || events === 0) {
    const source = acceptor ?? reader;
    if (source !== undefined) cancels.push(source.observe(observer, holds));
  }
  if ((events & ~RECEIVING) !== 0 && writer !== undefined) {
    cancels.push(writer.observe(observer));
  }
  attempt?.then(() => {
    if (cancelled) return;
    cancels.push(observeReadiness(socket, events, observer, holds));
    observer();
  });
  return () => {
    for (const cancel of cancels) cancel();
  };
}
