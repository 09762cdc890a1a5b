import type { Address } from "./address.ts";
import { quoteAddress } from "./address.ts";

/** The fields of an `OSError`, from which its message is made. */
export interface OSErrorFields {
  /** The code, such as `"ECONNREFUSED"`; empty if no system call failed. */
  code?: string;
  /** The number, if it has no code. */
  errno?: number;
  /** The system call or library function, such as `"connect"`. */
  syscall: string;
  /** The address that the call was given, or the peer's. */
  address?: Address | null;
  /** What the call was given other than an address, such as `"option SO_LINGER"`. */
  subject?: string;
  /** What is wrong, in words, if `code` does not say it. */
  state?: string;
  /** How to solve it, such as which permission flag to add. */
  hint?: string;
  /** For a failed send: how many bytes the kernel took. */
  bytesSent?: number;
  /** The underlying error. */
  cause?: unknown;
}

/** How messages name a call: its verb, and the preposition before an address. */
const phrases: Readonly<Record<string, readonly [verb: string, to: string]>> = {
  accept: ["accept a connection", "on"],
  bind: ["bind", "to"],
  close: ["close", ""],
  connect: ["connect", "to"],
  detach: ["detach", "from"],
  dup: ["duplicate", "at"],
  fromfd: ["take over", ""],
  fromshare: ["take over", ""],
  getInheritable: ["get the inheritable flag", "of"],
  ioctl: ["control the device", ""],
  sendmsgAfalg: ["send to the crypto API", ""],
  setInheritable: ["set the inheritable flag", "of"],
  share: ["share", ""],
  fileno: ["give the descriptor", "of"],
  getaddrinfo: ["look up", ""],
  gethostbyaddr: ["look up", ""],
  gethostbyname: ["look up", ""],
  gethostname: ["get", ""],
  getnameinfo: ["look up", ""],
  getpeername: ["get the peer's address", "of"],
  getprotobyname: ["find protocol", ""],
  getservbyname: ["find service", ""],
  getservbyport: ["find the service at", ""],
  getsockname: ["get the local address", "of"],
  getsockopt: ["get", "of"],
  "if_indextoname": ["find", ""],
  "if_nameindex": ["list", ""],
  "if_nametoindex": ["find", ""],
  "inet_aton": ["convert", ""],
  "inet_ntoa": ["convert", ""],
  "inet_ntop": ["convert", ""],
  "inet_pton": ["convert", ""],
  listen: ["listen", "on"],
  recv: ["receive", "from"],
  send: ["send", "to"],
  sendfile: ["send a file", "to"],
  sethostname: ["set", ""],
  setsockopt: ["set", "of"],
  shutdown: ["shut down the connection", "to"],
  socket: ["create", ""],
  socketpair: ["create", ""],
};

/** Makes the message, `Cannot <verb> <what>: <state in words> (<ERRNO>)`. */
export function messageOf(fields: OSErrorFields, words: string): string {
  const [verb, to] = phrases[fields.syscall] ?? [fields.syscall, "on"];
  const what = [verb];
  if (fields.subject !== undefined) what.push(fields.subject);
  if (fields.address !== undefined && fields.address !== null) {
    if (to !== "") what.push(to);
    what.push(quoteAddress(fields.address));
  }
  const code = fields.code ? ` (${fields.code})` : "";
  const hint = fields.hint ? `; ${fields.hint}` : "";
  return `Cannot ${what.join(" ")}: ${uncapitalized(words)}${code}${hint}`;
}

function uncapitalized(words: string): string {
  return /^[A-Z][a-z ]/.test(words)
    ? words[0].toLowerCase() + words.slice(1)
    : words;
}
