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

/** What every kind of socket tells a table of its options. */
export interface OptionHolder {
  readonly family: number;
  readonly type: number;
  /** The protocol, as SO_PROTOCOL tells it. */
  readonly protocol: number;
  readonly isListening: boolean;
  /** The errno of what went wrong in the background; it is told once. */
  takeError(): number;
}

/** One option of a kind of socket; a table of them is all that the kind has. */
export interface Option<S extends OptionHolder> {
  readonly level: number;
  readonly name: number;
  /** Which sockets have it; all of them if it is left out. */
  readonly of?: (family: number) => boolean;
  /** Left out for what can only be set; bytes are given as they are. */
  readonly get?: (socket: S) => number | boolean | Uint8Array;
  /** Left out for what can only be read; gets the bytes as well as their integer. */
  readonly set?: (socket: S, value: number, bytes: Uint8Array) => void;
  /** How many bytes it takes at least; those of an `int` if it is left out. */
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

/** How the names of a level's options begin; other names have other uses for the same numbers. */
const prefixes: ReadonlyMap<number, RegExp> = new Map([
  [SOL_SOCKET, /^SO_(?!J1939|VM_SOCKETS)/],
  [IPPROTO_IP, /^IP_(?!DEFAULT|MAX|PMTUDISC)/],
  [IPPROTO_TCP, /^TCP_/],
  [IPPROTO_IPV6, /^IPV6_/],
]);

/** The options of a kind of socket: what is not in the table, it does not have. */
export class OptionTable<S extends OptionHolder> {
  readonly #options: readonly Option<S>[];

  /** A table of these options and of those that every socket has. */
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

  /** Sets an option from the bytes of an `int`, or of what else it takes. */
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
    // As on Linux: Unix sockets have no options of a protocol; TCP and UDP can
    // read each other's options but not set them.
    const isKnown = option !== undefined &&
      (family === AF_UNIX || syscall === "getsockopt");
    const isForeign = isKnown || (family === AF_UNIX && level !== SOL_SOCKET);
    const code = isForeign ? "EOPNOTSUPP" : "ENOPROTOOPT";
    throw unsupported({ code, syscall, subject: describe(level, name) });
  }
}

/** Makes the error of an option that cannot be set, or read, as it was asked for. */
export function optionError(
  level: number,
  name: number,
  code: string,
  fields: Partial<OSErrorFields> = {},
): OSError {
  const subject = describe(level, name);
  return osError({ code, syscall: "setsockopt", subject, ...fields });
}

/** Names the option, for messages: `option SO_LINGER` rather than 13. */
export function describe(level: number, name: number): string {
  const prefix = prefixes.get(level);
  for (const [constant, value] of Object.entries(constants)) {
    if (value === name && prefix?.test(constant)) return `option ${constant}`;
  }
  return `option ${name} of level ${level}`;
}
