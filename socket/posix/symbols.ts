// The functions of libc that the driver calls, as FFI knows them.
//
// Numbers are declared so that V8 calls C directly (Deno 2.9): results that fit
// as "i32", lengths as "u32". Addresses are "u64", which as bigints cost no more,
// and unlike "pointer" need no permission beyond that for the library itself.
/** What both systems have. */
export const COMMON = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  closeLater: {
    name: "close",
    parameters: ["i32"],
    result: "i32",
    nonblocking: true,
  },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  recvfrom: {
    parameters: ["i32", "buffer", "u32", "i32", "buffer", "buffer"],
    result: "i32",
  },
  recvmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  sendto: {
    parameters: ["i32", "buffer", "u32", "i32", "buffer", "u32"],
    result: "i32",
  },
  sendmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "u32", "i64"], result: "i32" },
  read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "buffer"],
    result: "i32",
  },
  setsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "u32"],
    result: "i32",
  },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32" },
  // The address of a buffer is the result of copying nothing into it.
  addressOf: {
    name: "memcpy",
    parameters: ["buffer", "buffer", "u64"],
    result: "u64",
  },
  copyFrom: {
    name: "memcpy",
    parameters: ["buffer", "u64", "u64"],
    result: "u64",
  },
  strlen: { parameters: ["u64"], result: "u64" },
  getaddrinfo: {
    parameters: ["buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  getaddrinfoLater: {
    name: "getaddrinfo",
    parameters: ["buffer", "buffer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  freeaddrinfo: { parameters: ["u64"], result: "void" },
  getnameinfo: {
    parameters: ["buffer", "u32", "buffer", "u32", "buffer", "u32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  getservbyname: { parameters: ["buffer", "buffer"], result: "u64" },
  getservbyport: { parameters: ["i32", "buffer"], result: "u64" },
  getprotobyname: { parameters: ["buffer"], result: "u64" },
  getcwd: { parameters: ["buffer", "usize"], result: "u64" },
  gethostname: { parameters: ["buffer", "usize"], result: "i32" },
  sethostname: { parameters: ["buffer", "usize"], result: "i32" },
  if_nametoindex: { parameters: ["buffer"], result: "u32" },
  if_indextoname: { parameters: ["u32", "buffer"], result: "u64" },
  if_nameindex: { parameters: [], result: "u64" },
  if_freenameindex: { parameters: ["u64"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** What Linux has beside it. */
export const LINUX = {
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  parkedEpollWait: {
    name: "epoll_wait",
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  errnoLocation: {
    name: "__errno_location",
    parameters: [],
    result: "u64",
  },
  sendfile: { parameters: ["i32", "i32", "buffer", "u32"], result: "i32" },
  gethostbyname_r: {
    parameters: ["buffer", "buffer", "buffer", "usize", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  gethostbyaddr_r: {
    parameters: [
      "buffer",
      "u32",
      "i32",
      "buffer",
      "buffer",
      "usize",
      "buffer",
      "buffer",
    ],
    result: "i32",
    nonblocking: true,
  },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  ioctlNumber: {
    name: "ioctl",
    parameters: ["i32", "u64", "u64"],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

// On macOS's arm64 the arguments that C calls variadic lie on the stack: behind the
// eight that registers take.
const PADDING = ["i64", "i64", "i64", "i64", "i64", "i64"] as const;
/** What macOS has in its place. Untested: nothing here has run on macOS. */
export const DARWIN = {
  accept: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  kqueue: { parameters: [], result: "i32" },
  kevent: {
    parameters: ["i32", "buffer", "i32", "buffer", "i32", "buffer"],
    result: "i32",
  },
  parkedKevent: {
    name: "kevent",
    parameters: ["i32", "buffer", "i32", "buffer", "i32", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  errnoLocation: { name: "__error", parameters: [], result: "u64" },
  paddedFcntl: {
    name: "fcntl",
    parameters: ["i32", "i32", ...PADDING, "i64"],
    result: "i32",
  },
  paddedIoctl: {
    name: "ioctl",
    parameters: ["i32", "u64", ...PADDING, "buffer"],
    result: "i32",
  },
  paddedIoctlNumber: {
    name: "ioctl",
    parameters: ["i32", "u64", ...PADDING, "u64"],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;
