import { errnoDarwin } from "./darwin.ts";
import type { ErrnoCode } from "./errno_code.ts";
import { errnoLinux } from "./linux.ts";
import { platform } from "./platform.ts";
import { errnoWindows } from "./windows.ts";

export type { ErrnoCode };

/**
 * The number of each error code on this platform; `-1` if it has none.
 *
 * On Windows these are the numbers of Python's `errno` module: WinSock's
 * (10035 and up) for what sockets give, the C runtime's for the rest.
 */
export const errno: Readonly<Record<ErrnoCode, number>> = {
  linux: errnoLinux,
  darwin: errnoDarwin,
  windows: errnoWindows,
}[platform];

// WinSock has its own numbers for these six as well; Python converts them to the
// C runtime's, 10000 less (`winerror_to_errno` in PC/errmap.h).
const winsockTwins: readonly ErrnoCode[] = [
  "EINTR",
  "EBADF",
  "EACCES",
  "EFAULT",
  "EINVAL",
  "EMFILE",
];

let codes: Map<number, ErrnoCode> | undefined;

function codesByNumber(): Map<number, ErrnoCode> {
  const byNumber = new Map<number, ErrnoCode>();
  for (const code of Object.keys(errno) as ErrnoCode[]) {
    byNumber.set(errno[code], code);
  }
  // If two codes share a number, these are its names.
  byNumber.set(errno.EAGAIN, "EAGAIN");
  byNumber.set(errno.EOPNOTSUPP, "EOPNOTSUPP");
  if (platform === "windows") {
    for (const code of winsockTwins) byNumber.set(errno[code] + 10000, code);
  }
  byNumber.delete(-1);
  return byNumber;
}

/**
 * Names an `errno` number of this platform.
 *
 * If two codes share the number, it is "EAGAIN" instead of "EWOULDBLOCK", and
 * "EOPNOTSUPP" instead of "ENOTSUP".
 *
 * @param number The number, as a system call left it in `errno`.
 * @returns The code, such as "ECONNREFUSED"; `undefined` for a number that is
 * not in {@linkcode errno}.
 */
export function errnoCode(number: number): ErrnoCode | undefined {
  codes ??= codesByNumber();
  return codes.get(number);
}

// glibc's, on every platform, so that a message reads the same everywhere.
const words: Readonly<Record<ErrnoCode, string>> = {
  E2BIG: "Argument list too long",
  EACCES: "Permission denied",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  EAFNOSUPPORT: "Address family not supported by protocol",
  EAGAIN: "Resource temporarily unavailable",
  EALREADY: "Operation already in progress",
  EBADF: "Bad file descriptor",
  EBADMSG: "Bad message",
  EBUSY: "Device or resource busy",
  ECANCELED: "Operation canceled",
  ECHILD: "No child processes",
  ECOMM: "Communication error on send",
  ECONNABORTED: "Software caused connection abort",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EDEADLK: "Resource deadlock avoided",
  EDESTADDRREQ: "Destination address required",
  EDOM: "Numerical argument out of domain",
  EDQUOT: "Disk quota exceeded",
  EEXIST: "File exists",
  EFAULT: "Bad address",
  EFBIG: "File too large",
  EHOSTDOWN: "Host is down",
  EHOSTUNREACH: "No route to host",
  EIDRM: "Identifier removed",
  EILSEQ: "Invalid or incomplete multibyte or wide character",
  EINPROGRESS: "Operation now in progress",
  EINTR: "Interrupted system call",
  EINVAL: "Invalid argument",
  EIO: "Input/output error",
  EISCONN: "Transport endpoint is already connected",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EMFILE: "Too many open files",
  EMLINK: "Too many links",
  EMSGSIZE: "Message too long",
  ENAMETOOLONG: "File name too long",
  ENETDOWN: "Network is down",
  ENETRESET: "Network dropped connection on reset",
  ENETUNREACH: "Network is unreachable",
  ENFILE: "Too many open files in system",
  ENOBUFS: "No buffer space available",
  ENODATA: "No data available",
  ENODEV: "No such device",
  ENOENT: "No such file or directory",
  ENOEXEC: "Exec format error",
  ENOKEY: "Required key not available",
  ENOLCK: "No locks available",
  ENOLINK: "Link has been severed",
  ENOMEM: "Cannot allocate memory",
  ENOMSG: "No message of desired type",
  ENONET: "Machine is not on the network",
  ENOPKG: "Package not installed",
  ENOPROTOOPT: "Protocol not available",
  ENOSPC: "No space left on device",
  ENOSR: "Out of streams resources",
  ENOSYS: "Function not implemented",
  ENOTCONN: "Transport endpoint is not connected",
  ENOTDIR: "Not a directory",
  ENOTEMPTY: "Directory not empty",
  ENOTSOCK: "Socket operation on non-socket",
  ENOTSUP: "Operation not supported",
  ENOTTY: "Inappropriate ioctl for device",
  ENOTUNIQ: "Name not unique on network",
  ENXIO: "No such device or address",
  EOPNOTSUPP: "Operation not supported",
  EOVERFLOW: "Value too large for defined data type",
  EPERM: "Operation not permitted",
  EPFNOSUPPORT: "Protocol family not supported",
  EPIPE: "Broken pipe",
  EPROTO: "Protocol error",
  EPROTONOSUPPORT: "Protocol not supported",
  EPROTOTYPE: "Protocol wrong type for socket",
  ERANGE: "Numerical result out of range",
  EREMOTEIO: "Remote I/O error",
  EROFS: "Read-only file system",
  ESHUTDOWN: "Cannot send after transport endpoint shutdown",
  ESOCKTNOSUPPORT: "Socket type not supported",
  ESPIPE: "Illegal seek",
  ESRCH: "No such process",
  ESTALE: "Stale file handle",
  ETIME: "Timer expired",
  ETIMEDOUT: "Connection timed out",
  ETOOMANYREFS: "Too many references: cannot splice",
  ETXTBSY: "Text file busy",
  EUSERS: "Too many users",
  EWOULDBLOCK: "Resource temporarily unavailable",
  EXDEV: "Invalid cross-device link",
};

/**
 * Describes an error code in glibc's words, on every platform.
 *
 * @param code The code, such as "ECONNREFUSED".
 * @returns The words, such as "Connection refused"; "Unknown error" for a code
 * that is not in {@linkcode errno}.
 */
export function strerror(code: string): string {
  return Object.hasOwn(words, code)
    ? words[code as ErrnoCode]
    : "Unknown error";
}
