import { osError } from "../errors.ts";
import { isDenied, isGranted } from "../permissions.ts";
import { checkSystem, isDarwin, libraries, libraryName } from "./layout/mod.ts";
import { COMMON, DARWIN, LINUX } from "./symbols.ts";

/** The functions of libc that the driver calls. */
export type Libc = Deno.DynamicLibrary<typeof COMMON & typeof LINUX>["symbols"];

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

/** The functions of macOS's libc. */
export type DarwinLibc = Deno.DynamicLibrary<typeof COMMON & typeof DARWIN>[
  "symbols"
];

/** Returns macOS's libc; only there. */
export function darwinLibc(): DarwinLibc {
  return libc() as unknown as DarwinLibc;
}

function open(): Libc {
  checkSystem();
  const { state, partial } = Deno.permissions.querySync({ name: "ffi" });
  const isWhole = state === "granted" && !partial;
  // With the whole permission the loader knows best where libc lies; with less
  // of it Deno would look in the working directory.
  if (isWhole) return openLibrary(libraryName);
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
      return openLibrary(path);
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

function openLibrary(path: string): Libc {
  return isDarwin
    ? adapted(Deno.dlopen(path, { ...COMMON, ...DARWIN }).symbols)
    : Deno.dlopen(path, { ...COMMON, ...LINUX }).symbols;
}

/** Gives macOS's functions the shape of Linux's, as far as the driver calls them there. */
function adapted(
  symbols: DarwinLibc,
): Libc {
  const pad = [0n, 0n, 0n, 0n, 0n, 0n] as const;
  const shaped: Partial<Libc> = {
    ...symbols,
    fcntl: (fd, command, argument) =>
      symbols.paddedFcntl(fd, command, ...pad, BigInt(argument)),
    ioctl: (fd, request, argument) =>
      symbols.paddedIoctl(fd, request, ...pad, argument),
    ioctlNumber: (fd, request, argument) =>
      symbols.paddedIoctlNumber(fd, request, ...pad, argument),
  };
  return shaped as Libc;
}
