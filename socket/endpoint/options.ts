import {
  AF_UNIX,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  SOL_SOCKET,
} from "../constants/mod.ts";
import * as constants from "../constants/mod.ts";
import { type OSError, osError } from "../errors.ts";
import { unsupported } from "../sandbox/errors.ts";

/** What every kind of socket tells a table of its options. */
export interface OptionHolder {
  readonly family: number;
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

/** How the names of a level's options begin; other names have other uses for the same numbers. */
const prefixes: ReadonlyMap<number, RegExp> = new Map([
  [SOL_SOCKET, /^SO_(?!J1939|VM_SOCKETS)/],
  [IPPROTO_IP, /^IP_(?!DEFAULT|MAX|PMTUDISC)/],
  [IPPROTO_TCP, /^TCP_/],
  [IPPROTO_IPV6, /^IPV6_/],
]);

/** Reads an option as the kernel's bytes, an `int` cut to `size`. */
export function readOption<S extends OptionHolder>(
  options: readonly Option<S>[],
  socket: S,
  level: number,
  name: number,
  size: number,
): Uint8Array {
  const option = find("getsockopt", options, socket, level, name);
  if (option.get === undefined) {
    throw refused(level, name, "ENOPROTOOPT", undefined, "getsockopt");
  }
  const value = option.get(socket);
  const bytes = typeof value === "object"
    ? value
    : new Uint8Array(new Int32Array([Number(value)]).buffer);
  return bytes.slice(0, size);
}

/** Sets an option from the bytes of an `int`, or of what else it takes. */
export function writeOption<S extends OptionHolder>(
  options: readonly Option<S>[],
  socket: S,
  level: number,
  name: number,
  value: Uint8Array | null,
  size: number,
): void {
  const option = find("setsockopt", options, socket, level, name);
  if (option.set === undefined) throw refused(level, name, "ENOPROTOOPT");
  const length = value?.length ?? size;
  if (length < (option.shortest ?? INT)) throw refused(level, name, "EINVAL");
  if (value === null) throw refused(level, name, "EFAULT");
  const integer = length < INT
    ? value[0]
    : new Int32Array(value.slice(0, INT).buffer)[0];
  option.set(socket, integer, value);
}

function find<S extends OptionHolder>(
  syscall: string,
  options: readonly Option<S>[],
  { family }: S,
  level: number,
  name: number,
): Option<S> {
  const option = options.find((option) =>
    option.level === level && option.name === name && name >= 0
  );
  if (option !== undefined && (option.of?.(family) ?? true)) return option;
  // Linux's words: a Unix socket has no protocol to ask, and the others know
  // the options of each other, but to set them.
  const known = option !== undefined &&
    (family === AF_UNIX || syscall === "getsockopt");
  const foreign = known || (family === AF_UNIX && level !== SOL_SOCKET);
  const code = foreign ? "EOPNOTSUPP" : "ENOPROTOOPT";
  throw unsupported({ code, syscall, subject: describe(level, name) });
}

/** Makes the error of an option that cannot be set, or read, as it was asked for. */
export function refused(
  level: number,
  name: number,
  code: string,
  hint?: string,
  syscall = "setsockopt",
): OSError {
  return osError({ code, syscall, subject: describe(level, name), hint });
}

/** Names the option, for messages: `option SO_LINGER` rather than 13. */
export function describe(level: number, name: number): string {
  const prefix = prefixes.get(level);
  for (const [constant, value] of Object.entries(constants)) {
    if (value === name && prefix?.test(constant)) return `option ${constant}`;
  }
  return `option ${name} of level ${level}`;
}
