import {
  AF_UNIX,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_PROTOCOL,
  SO_TYPE,
  SOL_SOCKET,
} from "../constants/mod.ts";
import * as constants from "../constants/mod.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";
import { unsupported } from "./refusals.ts";

/** What a table of options needs to know about its socket. */
export interface OptionHolder {
  readonly family: number;
  readonly type: number;
  /** The value of SO_PROTOCOL. */
  readonly protocol: number;
  readonly isListening: boolean;
  /** Returns the errno of an error that happened in the background, and clears it; 0 if there is none. */
  takeError(): number;
}

/** One option in the table of a kind of socket. */
export interface Option<S extends OptionHolder> {
  readonly level: number;
  readonly name: number;
  /** Tells which sockets have the option; all of them if omitted. */
  readonly of?: (family: number) => boolean;
  /** Omitted for a write-only option; bytes are returned unchanged. */
  readonly get?: (socket: S) => number | boolean | Uint8Array;
  /** Omitted for a read-only option; gets both the integer and its bytes. */
  readonly set?: (socket: S, value: number, bytes: Uint8Array) => void;
  /** The least number of bytes that it takes; the size of an `int` if omitted. */
  readonly shortest?: number;
}

const INT = 4;

/** The options that every socket has. */
const common: readonly Option<OptionHolder>[] = [
  { level: SOL_SOCKET, name: SO_TYPE, get: ({ type }) => type },
  { level: SOL_SOCKET, name: SO_DOMAIN, get: ({ family }) => family },
  { level: SOL_SOCKET, name: SO_PROTOCOL, get: ({ protocol }) => protocol },
  { level: SOL_SOCKET, name: SO_ERROR, get: (socket) => socket.takeError() },
  {
    level: SOL_SOCKET,
    name: SO_ACCEPTCONN,
    get: ({ isListening }) => isListening,
  },
];

/** The prefixes of the option names of a level; other constants have the same numbers. */
const prefixes: ReadonlyMap<number, RegExp> = new Map([
  [SOL_SOCKET, /^SO_(?!J1939|VM_SOCKETS)/],
  [IPPROTO_IP, /^IP_(?!DEFAULT|MAX|PMTUDISC)/],
  [IPPROTO_TCP, /^TCP_/],
  [IPPROTO_IPV6, /^IPV6_/],
]);

/** The options of a kind of socket; any option outside the table fails with ENOPROTOOPT. */
export class OptionTable<S extends OptionHolder> {
  readonly #options: readonly Option<S>[];

  /** Combines these options with the ones that every socket has. */
  constructor(options: readonly Option<S>[]) {
    this.#options = [...common, ...options];
  }

  /** Reads an option as the kernel's bytes, an `int` cut to `size`. */
  get(socket: S, level: number, name: number, size: number): Uint8Array {
    const option = this.#find("getsockopt", socket, level, name);
    if (option.get === undefined) {
      throw optionError(level, name, "ENOPROTOOPT", { syscall: "getsockopt" });
    }
    const value = option.get(socket);
    const bytes = typeof value === "object"
      ? value
      : new Uint8Array(new Int32Array([Number(value)]).buffer);
    return bytes.slice(0, size);
  }

  /** Sets an option from the bytes of an `int`, or of another type that it takes. */
  set(
    socket: S,
    level: number,
    name: number,
    value: Uint8Array | null,
    size: number,
  ): void {
    const option = this.#find("setsockopt", socket, level, name);
    if (option.set === undefined) throw optionError(level, name, "ENOPROTOOPT");
    const length = value?.length ?? size;
    if (length < (option.shortest ?? INT)) {
      throw optionError(level, name, "EINVAL");
    }
    if (value === null) throw optionError(level, name, "EFAULT");
    const integer = length < INT
      ? value[0]
      : new Int32Array(value.slice(0, INT).buffer)[0];
    option.set(socket, integer, value);
  }

  #find(syscall: string, { family }: S, level: number, name: number) {
    const option = this.#options.find((option) =>
      option.level === level && option.name === name && name >= 0
    );
    if (option !== undefined && (option.of?.(family) ?? true)) return option;
    // As on Linux: Unix sockets have no protocol-level options; TCP and UDP can
    // read each other's options but not set them.
    const isKnown = option !== undefined &&
      (family === AF_UNIX || syscall === "getsockopt");
    const isForeign = isKnown || (family === AF_UNIX && level !== SOL_SOCKET);
    const code = isForeign ? "EOPNOTSUPP" : "ENOPROTOOPT";
    throw unsupported({ code, syscall, subject: describe(level, name) });
  }
}

/** Creates the error of an option that cannot be set or read. */
export function optionError(
  level: number,
  name: number,
  code: string,
  fields: Partial<OSErrorFields> = {},
): OSError {
  const subject = describe(level, name);
  return osError({ code, syscall: "setsockopt", subject, ...fields });
}

/** Returns what an option is; fails for a socket that was taken over and does not tell. */
export function known(
  value: boolean | undefined,
  level: number,
  name: number,
): boolean {
  if (value !== undefined) return value;
  throw optionError(level, name, "ENOPROTOOPT", {
    syscall: "getsockopt",
    hint: "nothing tells what it was when the socket was taken over",
  });
}

/** Names the option, for messages: `option SO_LINGER` rather than 13. */
export function describe(level: number, name: number): string {
  const prefix = prefixes.get(level);
  for (const [constant, value] of Object.entries(constants)) {
    if (value === name && prefix?.test(constant)) return `option ${constant}`;
  }
  return `option ${name} of level ${level}`;
}
