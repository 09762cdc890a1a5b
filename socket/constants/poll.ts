// The events of poll(2), with the platform's numbers. The driver contract speaks in
// them on every platform; a system without poll(2) has those of Linux.
import { platform } from "./platform.ts";

const isDarwin = platform === "darwin";

/** Something can be received, or a connection accepted; the end of the stream counts. */
export const POLLIN = 0x01;
/** There is something urgent: out-of-band data. */
export const POLLPRI = 0x02;
/** Something can be sent. */
export const POLLOUT = 0x04;
/** An error is pending; always told. */
export const POLLERR = 0x08;
/** Both halves have ended, or there is no connection; always told. */
export const POLLHUP = 0x10;
/** The socket is closed; always told. */
export const POLLNVAL = 0x20;
/** The same as POLLIN for sockets. */
export const POLLRDNORM = 0x40;
/** Data of another priority can be received; no socket of today has it. */
export const POLLRDBAND = 0x80;
/** The same as POLLOUT for sockets. */
export const POLLWRNORM: number = isDarwin ? POLLOUT : 0x100;
/** Data of another priority can be sent; no socket of today has it. */
export const POLLWRBAND: number = isDarwin ? 0x100 : 0x200;
/** Linux has only the number. */
export const POLLMSG: number = isDarwin ? -1 : 0x400;
/** The peer sends no more, or the receiving half is shut down; Linux. */
export const POLLRDHUP: number = isDarwin ? -1 : 0x2000;

/** How many bytes a pipe takes without a wait when it is ready to be written. */
export const PIPE_BUF: number = { linux: 4096, darwin: 512, windows: -1 }[
  platform
];

/** What a receive or an accept that would not wait is. */
export const RECEIVABLE: number = POLLIN | POLLRDNORM;
/** What a send that would not wait is. */
export const SENDABLE: number = POLLOUT | POLLWRNORM;
/** What the end of what the peer sends is. */
export const HALF_ENDED: number = Math.max(0, POLLRDHUP);
/** The events of the receiving half; the others are those of the sending half. */
export const RECEIVING: number = POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND |
  HALF_ENDED;
