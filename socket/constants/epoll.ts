// The events and flags of epoll(7), which only Linux has.
import { platform } from "./platform.ts";

function onLinux(value: number): number {
  return platform === "linux" ? value : -1;
}

/** Something can be received, or a connection accepted; the end of the stream counts. */
export const EPOLLIN: number = onLinux(0x01);
/** There is something urgent: out-of-band data. */
export const EPOLLPRI: number = onLinux(0x02);
/** Something can be sent. */
export const EPOLLOUT: number = onLinux(0x04);
/** An error is pending; always told. */
export const EPOLLERR: number = onLinux(0x08);
/** Both halves have ended, or there is no connection; always told. */
export const EPOLLHUP: number = onLinux(0x10);
/** The same as EPOLLIN for sockets. */
export const EPOLLRDNORM: number = onLinux(0x40);
/** Data of another priority can be received. */
export const EPOLLRDBAND: number = onLinux(0x80);
/** The same as EPOLLOUT for sockets. */
export const EPOLLWRNORM: number = onLinux(0x100);
/** Data of another priority can be sent. */
export const EPOLLWRBAND: number = onLinux(0x200);
/** Linux has only the number. */
export const EPOLLMSG: number = onLinux(0x400);
/** The peer sends no more, or the receiving half is shut down. */
export const EPOLLRDHUP: number = onLinux(0x2000);
/** Of several epolls that wait for the descriptor, at least one is told, not all. */
export const EPOLLEXCLUSIVE: number = onLinux(0x10000000);
/** Told once: the next event is told only after `modify`. */
export const EPOLLONESHOT: number = onLinux(0x40000000);
/** Edge-triggered: an event is told when it happens, not as long as it lasts. */
export const EPOLLET: number = onLinux(0x80000000);
/** Child processes do not inherit the epoll's descriptor, which is so in any case. */
export const EPOLL_CLOEXEC: number = onLinux(0o2000000);
