/**
 * How libc of this system and processor lays things out. The only file of the
 * POSIX driver that asks which they are.
 *
 * @module
 */
import { OSError } from "../../errors.ts";

import * as darwin from "./darwin.ts";
import * as linux from "./linux.ts";

const { os, arch, target } = Deno.build;

/** The names that both systems have, with numbers of either. */
type Layout = Numbers<
  Pick<typeof linux, keyof typeof linux & keyof typeof darwin>
>;

type Numbers<T> = {
  readonly [K in keyof T]: T[K] extends number ? number : Numbers<T[K]>;
};

/** Whether the system is macOS, which lends its sockets from BSD. */
export const isDarwin: boolean = os === "darwin";

const layout: Layout = isDarwin ? darwin : linux;

export const {
  F_GETFD,
  F_SETFD,
  F_GETFL,
  F_SETFL,
  F_DUPFD_CLOEXEC,
  FD_CLOEXEC,
  O_NONBLOCK,
  FIONREAD,
  RW_MAX,
  pollfd,
  msghdr,
  iovec,
  cmsghdr,
  addrinfo,
  servent,
  protoent,
  ifNameindex,
  IFNAMSIZ,
  sockaddrIn,
  sockaddrIn6,
  sockaddrUn,
  sockaddrStorage,
}: Layout = layout;

// On x86-64 struct epoll_event is packed; the data lies where 32 bits end.
/** The size of a struct epoll_event, and where its data begins; both in 32-bit words. */
export const epollEvent: { readonly size: number; readonly data: number } =
  arch === "x86_64" ? { size: 3, data: 1 } : { size: 4, data: 2 };

/**
 * Where libc may lie; Debian, Fedora, Arch, and Alpine for a Deno that was built
 * with musl. Two libcs in one process would crash it.
 */
export const libraries: readonly string[] = isDarwin
  ? ["/usr/lib/libSystem.B.dylib"]
  : target.includes("musl")
  ? [`/lib/ld-musl-${arch}.so.1`]
  : [
    `/lib/${arch}-linux-gnu/libc.so.6`,
    "/lib64/libc.so.6",
    "/usr/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
    `/usr/lib/${arch}-linux-gnu/libc.so.6`,
    "/lib/libc.so.6",
  ];

/** libc by the name that the system's loader knows. */
export const libraryName: string = isDarwin || target.includes("musl")
  ? libraries[0]
  : "libc.so.6";

/** Throws where the driver does not know how libc lays things out. */
export function checkSystem(): void {
  if (isDarwin || os === "linux" && (arch === "x86_64" || arch === "aarch64")) {
    return;
  }
  throw new OSError({
    code: "ENOSYS",
    syscall: "use the POSIX driver",
    state:
      `it knows Linux on x86_64 and aarch64, and macOS, not ${os} on ${arch}`,
    hint: "the sandboxed driver works here",
  });
}
