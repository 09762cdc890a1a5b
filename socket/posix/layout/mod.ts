/**
 * How libc of this system and processor lays things out. The only file of the
 * POSIX driver that asks which they are.
 *
 * @module
 */
import { OSError } from "../../errors.ts";

export * from "./linux.ts";

const { os, arch, target } = Deno.build;

// On x86-64 struct epoll_event is packed; the data lies where 32 bits end.
/** The size of a struct epoll_event, and where its data begins; both in 32-bit words. */
export const epollEvent: { readonly size: number; readonly data: number } =
  arch === "x86_64" ? { size: 3, data: 1 } : { size: 4, data: 2 };

/**
 * Where libc may lie; Debian, Fedora, Arch, and Alpine for a Deno that was built
 * with musl. Two libcs in one process would crash it.
 */
export const libraries: readonly string[] = target.includes("musl")
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
export const libraryName = target.includes("musl") ? libraries[0] : "libc.so.6";

/** Throws where the driver does not know how libc lays things out. */
export function checkSystem(): void {
  if (os === "linux" && (arch === "x86_64" || arch === "aarch64")) return;
  throw new OSError({
    code: "ENOSYS",
    syscall: "use the POSIX driver",
    state: `it knows Linux on x86_64 and aarch64, not ${os} on ${arch}`,
    hint: "the sandboxed driver works here",
  });
}
