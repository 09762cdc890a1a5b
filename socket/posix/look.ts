import { POLLERR, POLLHUP, POLLNVAL } from "../constants/poll.ts";
import { pollfd } from "./layout/mod.ts";
import { libc } from "./libc.ts";

const request = new DataView(new ArrayBuffer(pollfd.size));
const requestBytes = new Uint8Array(request.buffer);

/** Tells which events hold for a descriptor now, as poll(2) without waiting. */
export function look(fd: number, events: number): number {
  request.setInt32(pollfd.fd, fd, true);
  request.setInt16(pollfd.events, events, true);
  request.setInt16(pollfd.revents, 0, true);
  libc().poll(requestBytes, 1, 0);
  return request.getInt16(pollfd.revents, true) &
    (events | POLLERR | POLLHUP | POLLNVAL);
}
