import type { Address } from "./address.ts";
import { errno, errnoCode, strerror } from "./constants/errno.ts";
import { messageOf, type OSErrorFields } from "./error_message.ts";
import {
  EAI_ADDRFAMILY,
  EAI_AGAIN,
  EAI_BADFLAGS,
  EAI_FAIL,
  EAI_FAMILY,
  EAI_MEMORY,
  EAI_NODATA,
  EAI_NONAME,
  EAI_OVERFLOW,
  EAI_SERVICE,
  EAI_SOCKTYPE,
  EAI_SYSTEM,
} from "./constants/mod.ts";

export type { OSErrorFields };

/**
 * Thrown when a call fails in the system, with the system's error number.
 *
 * As in Python, common numbers have their own subclasses:
 * `error instanceof ConnectionRefusedError` is Python's
 * `except ConnectionRefusedError`. `error` in this module is another name for
 * this class.
 *
 * @example Tell errors apart
 * ```ts
 * import { OSError, socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using s = socket();
 * try {
 *   s.getpeername();
 * } catch (error) {
 *   if (!(error instanceof OSError)) throw error;
 *   assertEquals(error.code, "ENOTCONN");
 * }
 * ```
 *
 * Port of [`OSError`](https://docs.python.org/3/library/exceptions.html#OSError), `errno(3)`.
 */
export class OSError extends Error {
  /** The error's number on this platform; absent if no system call failed, as for a timeout. */
  declare readonly errno: number | undefined;
  /** The error in words, such as "Connection refused". */
  declare readonly strerror: string;
  /** The error's code, such as "ECONNREFUSED"; empty if no system call failed. */
  declare readonly code: string;
  /** The call that failed, such as "connect"; absent from an error that a program creates. */
  declare readonly syscall: string | undefined;
  /** The address that the call was given, or the peer's. */
  declare readonly address: Address | undefined;
  /** The file name that a program passed as the third argument. */
  declare readonly filename: string | undefined;
  /** For a failed `send`, `sendall` or `sendfile`: the number of bytes that the system had taken. */
  declare bytesSent: number | undefined;

  /**
   * Creates the error of the class that Python has for the number:
   * `new OSError(2, "…")` is a {@linkcode FileNotFoundError}.
   *
   * @param errno The number, such as `errno.ENOENT`.
   * @param strerror The error in words.
   * @param filename The name of the file that caused the error.
   */
  constructor(errno: number, strerror: string, filename?: string);
  /** Creates the error from a text, or from its fields. */
  constructor(message: string | OSErrorFields);
  constructor(
    first: number | string | OSErrorFields,
    words?: string,
    filename?: string,
  ) {
    const fields = typeof first === "object" ? first : undefined;
    const code = typeof first === "number"
      ? errnoCode(first) ?? ""
      : fields?.code ?? "";
    const state = fields === undefined
      ? words ?? String(first)
      : fields.state ?? strerror(code);
    super(
      fields === undefined
        ? messageAsInPython(first as number | string, state, filename)
        : messageOf(fields, state),
      fields?.cause === undefined ? undefined : { cause: fields.cause },
    );
    if (new.target === OSError && typeof first === "number") {
      const Subclass = classes[code];
      if (Subclass !== undefined) return new Subclass(first, state, filename);
    }
    // Leave out fields without a value, so that a printed error does not show
    // them.
    const errno = typeof first === "number"
      ? first
      : fields?.errno ?? this.numberOf(code);
    if (errno !== undefined) this.errno = errno;
    this.strerror = state;
    this.code = code || this.codeWithoutNumber;
    if (fields !== undefined) this.syscall = fields.syscall;
    const address = fields?.address ?? undefined;
    if (address !== undefined) this.address = address;
    if (filename !== undefined) this.filename = filename;
    if (fields?.bytesSent !== undefined) this.bytesSent = fields.bytesSent;
  }

  static {
    this.prototype.name = "OSError";
  }

  /** Returns the number of a code. */
  protected numberOf(code: string): number | undefined {
    return (errno as Record<string, number>)[code];
  }

  /** The code of an error of this class that has no number. */
  protected get codeWithoutNumber(): string {
    return "";
  }
}

/** Formats a message as Python does: `[Errno 2] No such file: 'x'`. */
function messageAsInPython(
  first: number | string,
  words: string,
  filename: string | undefined,
): string {
  if (typeof first === "string") return first;
  const file = filename === undefined ? "" : `: '${filename}'`;
  return `[Errno ${first}] ${words}${file}`;
}

/**
 * Thrown when a call on a non-blocking socket would have to wait: EAGAIN,
 * EALREADY or EINPROGRESS.
 *
 * @example A receive that would have to wait
 * ```ts
 * import { BlockingIOError, socketpair } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * a.setblocking(false);
 * await assertRejects(() => a.recv(8), BlockingIOError);
 * ```
 *
 * Port of [`BlockingIOError`](https://docs.python.org/3/library/exceptions.html#BlockingIOError).
 */
export class BlockingIOError extends OSError {
  static {
    this.prototype.name = "BlockingIOError";
  }
}

/**
 * The base class of connection errors, whether lost or never established.
 *
 * @example Catch any error of the connection
 * ```ts
 * import { ConnectionError, createServer, socket } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * const server = createServer(["127.0.0.1", 0]);
 * const address = server.getsockname();
 * await server[Symbol.asyncDispose]();
 * using s = socket();
 * await assertRejects(() => s.connect(address), ConnectionError);
 * ```
 *
 * Port of [`ConnectionError`](https://docs.python.org/3/library/exceptions.html#ConnectionError).
 */
export class ConnectionError extends OSError {
  static {
    this.prototype.name = "ConnectionError";
  }
}

/**
 * Thrown when a socket sends but its peer no longer receives: EPIPE or
 * ESHUTDOWN.
 *
 * @example Send after shutting down the sending half
 * ```ts
 * import { BrokenPipeError, SHUT_WR, socketpair } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * a.shutdown(SHUT_WR);
 * await assertRejects(() => a.send(new Uint8Array(1)), BrokenPipeError);
 * ```
 *
 * Port of [`BrokenPipeError`](https://docs.python.org/3/library/exceptions.html#BrokenPipeError).
 */
export class BrokenPipeError extends ConnectionError {
  static {
    this.prototype.name = "BrokenPipeError";
  }
}

/**
 * Thrown when a connection is aborted: ECONNABORTED.
 *
 * Port of [`ConnectionAbortedError`](https://docs.python.org/3/library/exceptions.html#ConnectionAbortedError).
 */
export class ConnectionAbortedError extends ConnectionError {
  static {
    this.prototype.name = "ConnectionAbortedError";
  }
}

/**
 * Thrown when no socket listens at the address: ECONNREFUSED.
 *
 * @example Connect to a closed port
 * ```ts
 * import { ConnectionRefusedError, createServer, socket } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * const server = createServer(["127.0.0.1", 0]);
 * const address = server.getsockname();
 * await server[Symbol.asyncDispose]();
 * using s = socket();
 * await assertRejects(() => s.connect(address), ConnectionRefusedError);
 * ```
 *
 * Port of [`ConnectionRefusedError`](https://docs.python.org/3/library/exceptions.html#ConnectionRefusedError).
 */
export class ConnectionRefusedError extends ConnectionError {
  static {
    this.prototype.name = "ConnectionRefusedError";
  }
}

/**
 * Thrown when the peer resets the connection: ECONNRESET.
 *
 * Port of [`ConnectionResetError`](https://docs.python.org/3/library/exceptions.html#ConnectionResetError).
 */
export class ConnectionResetError extends ConnectionError {
  static {
    this.prototype.name = "ConnectionResetError";
  }
}

/**
 * Thrown when a file exists already: EEXIST.
 *
 * Port of [`FileExistsError`](https://docs.python.org/3/library/exceptions.html#FileExistsError).
 */
export class FileExistsError extends OSError {
  static {
    this.prototype.name = "FileExistsError";
  }
}

/**
 * Thrown when a path does not exist, such as that of a Unix socket: ENOENT.
 *
 * Port of [`FileNotFoundError`](https://docs.python.org/3/library/exceptions.html#FileNotFoundError).
 */
export class FileNotFoundError extends OSError {
  static {
    this.prototype.name = "FileNotFoundError";
  }
}

/**
 * Thrown when a signal interrupts the call: EINTR.
 *
 * Port of [`InterruptedError`](https://docs.python.org/3/library/exceptions.html#InterruptedError).
 */
export class InterruptedError extends OSError {
  static {
    this.prototype.name = "InterruptedError";
  }
}

/**
 * Thrown when a path is a directory in place of a file: EISDIR.
 *
 * Port of [`IsADirectoryError`](https://docs.python.org/3/library/exceptions.html#IsADirectoryError).
 */
export class IsADirectoryError extends OSError {
  static {
    this.prototype.name = "IsADirectoryError";
  }
}

/**
 * Thrown when a part of a path is not a directory: ENOTDIR.
 *
 * Port of [`NotADirectoryError`](https://docs.python.org/3/library/exceptions.html#NotADirectoryError).
 */
export class NotADirectoryError extends OSError {
  static {
    this.prototype.name = "NotADirectoryError";
  }
}

/**
 * Thrown when the system or Deno's sandbox does not allow the call: EACCES or
 * EPERM. The message names the missing flag.
 *
 * Port of [`PermissionError`](https://docs.python.org/3/library/exceptions.html#PermissionError).
 */
export class PermissionError extends OSError {
  static {
    this.prototype.name = "PermissionError";
  }
}

/**
 * Thrown when a call takes longer than the socket's timeout, or than the
 * system's (then with errno ETIMEDOUT). `timeout` in this module is another name
 * for this class.
 *
 * @example Wait ten milliseconds
 * ```ts
 * import { socketpair, TimeoutError } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * a.settimeout(0.01);
 * await assertRejects(() => a.recv(8), TimeoutError);
 * ```
 *
 * Port of [`TimeoutError`](https://docs.python.org/3/library/exceptions.html#TimeoutError).
 */
export class TimeoutError extends OSError {
  static {
    this.prototype.name = "TimeoutError";
  }

  /** The code of a timeout of this library, which, as in Python, has no number. */
  protected override get codeWithoutNumber(): string {
    return "ETIMEDOUT";
  }
}

const addressInfoErrors: Readonly<
  Record<string, readonly [number: number, words: string]>
> = {
  EAI_ADDRFAMILY: [EAI_ADDRFAMILY, "Address family for hostname not supported"],
  EAI_AGAIN: [EAI_AGAIN, "Temporary failure in name resolution"],
  EAI_BADFLAGS: [EAI_BADFLAGS, "Bad value for ai_flags"],
  EAI_FAIL: [EAI_FAIL, "Non-recoverable failure in name resolution"],
  EAI_FAMILY: [EAI_FAMILY, "ai_family not supported"],
  EAI_MEMORY: [EAI_MEMORY, "Memory allocation failure"],
  EAI_NODATA: [EAI_NODATA, "No address associated with hostname"],
  EAI_NONAME: [EAI_NONAME, "Name or service not known"],
  EAI_OVERFLOW: [EAI_OVERFLOW, "Argument buffer too small"],
  EAI_SERVICE: [EAI_SERVICE, "Servname not supported for ai_socktype"],
  EAI_SOCKTYPE: [EAI_SOCKTYPE, "ai_socktype not supported"],
  EAI_SYSTEM: [EAI_SYSTEM, "System error"],
};

/**
 * Thrown when a host or service cannot be looked up. Its `errno` is an `EAI_*`
 * number, its `code` that constant's name.
 *
 * @example An address of the other family
 * ```ts
 * import { AF_INET, EAI_ADDRFAMILY, gaierror, socket } from "@berkeley/socket/socket";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * using s = socket(AF_INET);
 * const error = await assertRejects(() => s.connect(["::1", 80]), gaierror);
 * assertEquals(error.errno, EAI_ADDRFAMILY);
 * ```
 *
 * Port of [`socket.gaierror`](https://docs.python.org/3/library/socket.html#socket.gaierror), `gai_strerror(3)`.
 */
export class gaierror extends OSError {
  static {
    this.prototype.name = "gaierror";
  }

  /** Creates the error from its fields; `code` is the name of an `EAI_*` constant. */
  constructor(fields: OSErrorFields) {
    super({
      ...fields,
      state: fields.state ?? addressInfoErrors[fields.code ?? ""]?.[1],
    });
  }

  /** Returns the number of a code. */
  protected override numberOf(code: string): number | undefined {
    return addressInfoErrors[code]?.[0];
  }
}

/** Creates the error of a number that `getaddrinfo(3)` or `getnameinfo(3)` returned. */
export function addressInfoError(
  number: number,
  fields: OSErrorFields,
): gaierror {
  const code = Object.keys(addressInfoErrors)
    .find((code) => addressInfoErrors[code][0] === number);
  return new gaierror({ ...fields, code, errno: number });
}

const hostErrors: Readonly<
  Record<string, readonly [number: number, words: string]>
> = {
  HOST_NOT_FOUND: [1, "Unknown host"],
  TRY_AGAIN: [2, "Host name lookup failure"],
  NO_RECOVERY: [3, "Unknown server error"],
  NO_DATA: [4, "No address associated with name"],
};

/**
 * Thrown when a host cannot be found by name or by address. Its `errno` is a
 * value of C's `h_errno`, 1 to 4.
 *
 * Port of [`socket.herror`](https://docs.python.org/3/library/socket.html#socket.herror), `gethostbyname(3)`.
 */
export class herror extends OSError {
  static {
    this.prototype.name = "herror";
  }

  /** Creates the error from its fields; `code` is the name of an `h_errno` value, such as "HOST_NOT_FOUND". */
  constructor(fields: OSErrorFields) {
    super({
      ...fields,
      state: fields.state ?? hostErrors[fields.code ?? ""]?.[1],
    });
  }

  /** Returns the number of a code. */
  protected override numberOf(code: string): number | undefined {
    return hostErrors[code]?.[0];
  }
}

/** Creates the error of a number that a call left in `h_errno`. */
export function hostError(number: number, fields: OSErrorFields): herror {
  const code = Object.keys(hostErrors)
    .find((code) => hostErrors[code][0] === number);
  return new herror({ ...fields, code, errno: number });
}

/** Python's classes by error code, from `Objects/exceptions.c`. */
const classes: Readonly<
  Record<
    string,
    {
      new (errno: number, strerror: string, filename?: string): OSError;
      new (fields: OSErrorFields): OSError;
    }
  >
> = {
  EAGAIN: BlockingIOError,
  EALREADY: BlockingIOError,
  EINPROGRESS: BlockingIOError,
  EWOULDBLOCK: BlockingIOError,
  EPIPE: BrokenPipeError,
  ESHUTDOWN: BrokenPipeError,
  ECONNABORTED: ConnectionAbortedError,
  ECONNREFUSED: ConnectionRefusedError,
  ECONNRESET: ConnectionResetError,
  EEXIST: FileExistsError,
  ENOENT: FileNotFoundError,
  EINTR: InterruptedError,
  EISDIR: IsADirectoryError,
  ENOTDIR: NotADirectoryError,
  EACCES: PermissionError,
  EPERM: PermissionError,
  ETIMEDOUT: TimeoutError,
};

/** Creates an error of the class that Python uses for the code. */
export function osError(fields: OSErrorFields): OSError {
  const ErrorClass = classes[fields.code ?? ""] ?? OSError;
  return new ErrorClass(fields);
}

/** Creates an error from the number that a system call left in `errno`. */
export function osErrorFromErrno(
  number: number,
  fields: OSErrorFields,
): OSError {
  const code = errnoCode(number);
  return code === undefined
    ? new OSError({
      ...fields,
      errno: number,
      state: `Unknown error ${number}`,
    })
    : osError({ ...fields, code });
}

/** Creates the error of a call that timed out; as in Python it has no errno. */
export function timedOut(fields: OSErrorFields): TimeoutError {
  return new TimeoutError({ ...fields, state: "timed out" });
}

/**
 * Returns the number that `connect_ex` returns for an error; throws the errors
 * that Python also throws there.
 */
export function errnoOf(error: unknown): number {
  if (!(error instanceof OSError) || error instanceof gaierror) throw error;
  // A missing permission of Deno is not an answer of the network.
  if (error.cause instanceof Deno.errors.NotCapable) throw error;
  if (error.errno !== undefined) return error.errno;
  if (error instanceof TimeoutError) return errno.EAGAIN;
  throw error;
}

/** Creates the error of a call that Python has on Windows only. */
export function windowsOnly(
  syscall: string,
  subject: string,
  instead: string,
): OSError {
  const hint = `Python has it on Windows only; ${instead}`;
  return osError({ code: "EOPNOTSUPP", syscall, subject, hint });
}
