import { errno, errnoCode } from "../constants/errno.ts";
import { netFlag, unixFlags } from "../permissions.ts";
import { decodePath, type InetAddress } from "../address.ts";
import { gaierror, OSError, osError, type OSErrorFields } from "../errors.ts";

/** The driver's name in messages. */
export const DRIVER = "sandboxed";

// The codes of Deno's error classes, for errors whose `code` and text say
// nothing more.
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

// Messages of the resolvers of Linux, macOS and Windows, and node's codes.
const nameErrors: readonly (readonly [text: RegExp, code: string])[] = [
  [/temporary failure in name resolution|EAI_AGAIN/i, "EAI_AGAIN"],
  [/no address associated|no data|ENODATA|EAI_NODATA/i, "EAI_NODATA"],
  [/address family for hostname not supported/i, "EAI_ADDRFAMILY"],
  [/non-?recoverable failure/i, "EAI_FAIL"],
  [
    /proto error|name or service not known|nodename nor servname|no such host|no records found|invalid (empty )?host|ENOTFOUND|failed to lookup address/i,
    "EAI_NONAME",
  ],
];

type ForeignError = Error & { code?: unknown; syscall?: unknown };

/** Returns the flags that would allow what Deno or node refused. */
function missingFlags(message: string, { address }: OSErrorFields): string {
  if (address !== null && address !== undefined && !Array.isArray(address)) {
    return unixFlags(decodePath(address) ?? "");
  }
  const [, kind, target] = /Requires (\w+) access to "(.*?)"/.exec(message) ??
    [];
  if (kind !== undefined) return `--allow-${kind}=${target}`;
  if (Array.isArray(address)) return netFlag(address as InetAddress);
  return /run again with the (--allow-\w+)/.exec(message)?.[1] ?? "--allow-net";
}

/** Tells whether the sandbox refused the call; node's resolver has its own code for that. */
function isRefused({ name, code, syscall }: ForeignError): boolean {
  return name === "NotCapable" ||
    (code === "EPERM" && syscall === "getaddrinfo");
}

/**
 * Turns an error of Deno or node into an OSError; no other code reads their
 * messages. It uses the `code` first, then "(os error N)", then the message,
 * then the class, because some errors of Deno 2.9 have no code.
 *
 * @param flags The flags that would allow the call, if the error itself does
 * not name them.
 */
export function translate(
  error: unknown,
  fields: OSErrorFields,
  flags?: string,
): OSError {
  if (error instanceof OSError) return error;
  const { name, message, code } = error as ForeignError;
  const whole = { ...fields, cause: error };
  if (isRefused(error as ForeignError)) {
    return osError({
      ...whole,
      code: "EACCES",
      hint: `run again with ${flags ?? missingFlags(message, fields)}`,
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

/**
 * Returns the kind of a descriptor from the error with which node refuses it:
 * "TCP", "PIPE", "FILE", "UNKNOWN".
 */
export function descriptorKind(error: unknown): string {
  const { message } = error as Error;
  return /^Unsupported fd type: (\w+)$/.exec(message)?.[1] ?? "UNKNOWN";
}
