import { errno, errnoCode } from "../constants/errno.ts";
import * as constants from "../constants/mod.ts";
import { gaierror, OSError, osError, type OSErrorFields } from "../errors.ts";

// Deno's classes without a `code`, where neither code nor text says more.
const codeOfClass: Readonly<Record<string, string>> = {
  AddrInUse: "EADDRINUSE",
  AddrNotAvailable: "EADDRNOTAVAIL",
  BadResource: "EBADF",
  BrokenPipe: "EPIPE",
  Busy: "EBUSY",
  ConnectionAborted: "ECONNABORTED",
  ConnectionRefused: "ECONNREFUSED",
  ConnectionReset: "ECONNRESET",
  Interrupted: "EINTR",
  NotConnected: "ENOTCONN",
  NotFound: "ENOENT",
  PermissionDenied: "EACCES",
  TimedOut: "ETIMEDOUT",
  WouldBlock: "EAGAIN",
};

// What the resolvers of Linux, macOS and Windows say, and node's codes.
const nameErrors: readonly (readonly [text: RegExp, code: string])[] = [
  [/temporary failure in name resolution|EAI_AGAIN/i, "EAI_AGAIN"],
  [/no address associated|no data|ENODATA|EAI_NODATA/i, "EAI_NODATA"],
  [/address family for hostname not supported/i, "EAI_ADDRFAMILY"],
  [/non-?recoverable failure/i, "EAI_FAIL"],
  [
    /name or service not known|nodename nor servname|no such host|no records found|invalid (empty )?host|ENOTFOUND|failed to lookup address/i,
    "EAI_NONAME",
  ],
];

/** The flags that would allow what Deno refused. */
function missingFlags(message: string, fields: OSErrorFields): string {
  const { address } = fields;
  if (typeof address === "string") {
    return address.startsWith("\0")
      ? `--allow-net=unix:${address.replace("\0", "\\0")}`
      : `--allow-read=${address} --allow-write=${address} --allow-net=unix:${address}`;
  }
  const [, kind, target] = /Requires (\w+) access to "(.*?)"/.exec(message) ??
    [];
  if (kind === undefined) {
    const [, flag] = /run again with the (--allow-\w+)/.exec(message) ?? [];
    return flag ?? "--allow-net";
  }
  return `--allow-${kind}=${target}`;
}

/**
 * Turns an error of Deno's or of node's into ours; the one place that reads
 * their texts. It believes the `code` first, then "(os error N)", then the
 * message, then the class (Deno 2.9 gives some of its errors no code).
 */
export function translate(error: unknown, fields: OSErrorFields): OSError {
  if (error instanceof OSError) return error;
  const { name, message, code } = error as Error & { code?: unknown };
  const whole = { ...fields, cause: error };
  if (name === "NotCapable") {
    return osError({
      ...whole,
      code: "EACCES",
      hint: `run again with ${missingFlags(message, fields)}`,
    });
  }
  if (typeof code === "string" && code in errno) {
    return osError({ ...whole, code });
  }
  const number = Number(/\(os error (\d+)\)/.exec(message)?.[1]);
  const numbered = errnoCode(number);
  if (numbered !== undefined) return osError({ ...whole, code: numbered });
  const text = `${typeof code === "string" ? code : ""} ${message}`;
  for (const [pattern, eai] of nameErrors) {
    if (pattern.test(text)) return new gaierror({ ...whole, code: eai });
  }
  const classCode = codeOfClass[name];
  if (classCode !== undefined) return osError({ ...whole, code: classCode });
  return new OSError({ ...whole, state: message });
}

/** How messages name the way out of the sandbox. */
const POSIX = "the POSIX driver (@berkeley/socket/posix, --allow-ffi) can";

/** Makes the error for what Deno cannot do at all, with the kernel's own code for it. */
export function unsupported(fields: OSErrorFields): OSError {
  return osError({ hint: POSIX, ...fields });
}

/** Finds the constant's name for a number, for messages: `SO_LINGER` rather than 13. */
export function constantName(
  prefixes: readonly string[],
  number: number,
): string {
  for (const prefix of prefixes) {
    for (const [name, value] of Object.entries(constants)) {
      if (value === number && name.startsWith(prefix)) return name;
    }
  }
  return String(number);
}
