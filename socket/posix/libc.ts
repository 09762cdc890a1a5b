import { osError } from "../errors.ts";
import { isDenied, isGranted } from "../permissions.ts";
import { checkSystem, libraries, libraryName } from "./layout/mod.ts";

// Numbers are declared so that V8 calls C directly (Deno 2.9): results that fit
// as "i32", lengths as "u32". Addresses are "u64", which as bigints cost no more,
// and unlike "pointer" need no permission beyond that for the library itself.
const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  closeLater: {
    name: "close",
    parameters: ["i32"],
    result: "i32",
    nonblocking: true,
  },
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
  sendfile: { parameters: ["i32", "i32", "buffer", "u32"], result: "i32" },
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
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  ioctlNumber: {
    name: "ioctl",
    parameters: ["i32", "u64", "u64"],
    result: "i32",
  },
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32" },
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
  __errno_location: { parameters: [], result: "u64" },
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

/** The functions of libc that the driver calls. */
export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let loaded: Libc | undefined;

/**
 * Returns libc, which the first call opens.
 *
 * @throws {PermissionError} EACCES if permission is not granted; the message
 * names the flag.
 * @throws {OSError} ENOSYS on a system that the driver does not know.
 */
export function libc(): Libc {
  return loaded ??= open();
}

function open(): Libc {
  checkSystem();
  const { state, partial } = Deno.permissions.querySync({ name: "ffi" });
  const isWhole = state === "granted" && !partial;
  // With the whole permission the loader knows best where libc lies; with less
  // of it Deno would look in the working directory.
  if (isWhole) return Deno.dlopen(libraryName, SYMBOLS).symbols;
  const denied = libraries.find((path) => isDenied({ name: "ffi", path }));
  if (partial && denied !== undefined) {
    // Another of the paths may lead to the same file.
    throw osError({
      code: "EACCES",
      syscall: "open libc",
      hint: `--deny-ffi refuses "${denied}"`,
    });
  }
  const granted = libraries.filter((path) => isGranted({ name: "ffi", path }));
  let cause: unknown;
  // Without a grant, opening the first one asks the user at a terminal.
  for (const path of granted.length > 0 ? granted : libraries.slice(0, 1)) {
    try {
      return Deno.dlopen(path, SYMBOLS).symbols;
    } catch (error) {
      cause = error;
    }
  }
  throw osError({
    code: "EACCES",
    syscall: "open libc",
    hint: `run again with --allow-ffi=${
      granted[0] ?? libraries[0]
    }, or where libc lies elsewhere with --allow-ffi`,
    cause,
  });
}
