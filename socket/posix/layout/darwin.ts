// The numbers and the struct offsets, in bytes, of macOS, from the headers of its
// SDK. Untested: nothing here has run on macOS.

/** fcntl(2). */
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 67;
export const FD_CLOEXEC = 1;
export const O_NONBLOCK = 4;

/** kqueue(2), and its struct kevent. */
export const EVFILT_READ = -1;
export const EVFILT_WRITE = -2;
export const EVFILT_USER = -10;
export const EV_ADD = 0x0001;
export const EV_DELETE = 0x0002;
export const EV_CLEAR = 0x0020;
export const EV_ERROR = 0x4000;
export const EV_EOF = 0x8000;
export const NOTE_TRIGGER = 0x01000000;

export const kevent = {
  ident: 0,
  filter: 8,
  flags: 10,
  fflags: 12,
  data: 16,
  udata: 24,
  size: 32,
} as const;

/** ioctl(2): how many bytes can be received. */
export const FIONREAD = 0x4004667f;

/** The most bytes in one call. */
export const RW_MAX = 0x7fffffff;

export const pollfd = { fd: 0, events: 4, revents: 6, size: 8 } as const;

export const msghdr = {
  name: 0,
  namelen: 8,
  iov: 16,
  iovlen: 24,
  control: 32,
  controllen: 40,
  flags: 44,
  size: 48,
} as const;

export const iovec = { base: 0, len: 8, size: 16 } as const;

export const cmsghdr = { len: 0, level: 4, type: 8, size: 12 } as const;

export const addrinfo = {
  flags: 0,
  family: 4,
  socktype: 8,
  protocol: 12,
  addrlen: 16,
  addr: 32,
  canonname: 24,
  next: 40,
  size: 48,
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

export const sockaddrUn = { path: 2, size: 106 } as const;

/** `struct sockaddr_storage`: as large as any address. */
export const sockaddrStorage = { family: 1, size: 128 } as const;
