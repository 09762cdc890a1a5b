// The numbers and the struct offsets, in bytes, that <bits/…> and <linux/…> give
// 64-bit Linux, the same for glibc and musl; tests compile a C program that
// prints its own and compares.

/** fcntl(2). */
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 1030;
export const FD_CLOEXEC = 1;
export const O_NONBLOCK = 0o4000;

/** epoll(7) and eventfd(2). */
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EFD_CLOEXEC = 0o2000000;
export const EFD_NONBLOCK = 0o4000;

/** ioctl(2): how many bytes can be received. */
export const FIONREAD = 0x541b;

/** The most bytes in one call. */
export const RW_MAX = 0x7ffff000;

export const pollfd = { fd: 0, events: 4, revents: 6, size: 8 } as const;

export const msghdr = {
  name: 0,
  namelen: 8,
  iov: 16,
  iovlen: 24,
  control: 32,
  controllen: 40,
  flags: 48,
  size: 56,
} as const;

export const iovec = { base: 0, len: 8, size: 16 } as const;

export const cmsghdr = { len: 0, level: 8, type: 12, size: 16 } as const;

export const addrinfo = {
  flags: 0,
  family: 4,
  socktype: 8,
  protocol: 12,
  addrlen: 16,
  addr: 24,
  canonname: 32,
  next: 40,
  size: 48,
} as const;

export const hostent = {
  name: 0,
  aliases: 8,
  addrtype: 16,
  length: 20,
  addrList: 24,
  size: 32,
} as const;

export const servent = { name: 0, port: 16, size: 32 } as const;

export const protoent = { name: 0, proto: 16, size: 24 } as const;

export const ifNameindex = { index: 0, name: 8, size: 16 } as const;

/** IFNAMSIZ: the space for an interface's name, with its NUL. */
export const IFNAMSIZ = 16;

export const sockaddrIn = { port: 2, addr: 4, size: 16 } as const;

export const sockaddrIn6 = {
  port: 2,
  flowinfo: 4,
  addr: 8,
  scopeId: 24,
  size: 28,
} as const;

export const sockaddrUn = { path: 2, size: 110 } as const;

export const sockaddrLl = {
  protocol: 2,
  ifindex: 4,
  hatype: 8,
  pkttype: 10,
  halen: 11,
  addr: 12,
  size: 20,
} as const;

export const sockaddrNl = { pid: 4, groups: 8, size: 12 } as const;

export const sockaddrVm = { port: 4, cid: 8, size: 16 } as const;

export const sockaddrQrtr = { node: 4, port: 8, size: 12 } as const;

export const sockaddrTipc = {
  addrtype: 2,
  scope: 3,
  v1: 4,
  v2: 8,
  v3: 12,
  size: 16,
} as const;

export const sockaddrCan = {
  ifindex: 4,
  rxId: 8,
  txId: 12,
  name: 8,
  pgn: 16,
  addr: 20,
  size: 24,
} as const;

export const sockaddrAlg = {
  type: 2,
  feat: 16,
  mask: 20,
  name: 24,
  size: 88,
} as const;

/** `struct sockaddr_storage`: as large as any address. */
export const sockaddrStorage = { family: 0, size: 128 } as const;
