import { assert, assertEquals, assertMatch } from "@std/assert";
import * as s from "../../socket/mod.ts";

// Calls that fail, and what each must say. The shape that all messages share
// is checked besides.

const { OSError } = s;
type ErrorClass = abstract new (...args: never[]) => Error;
type Row = readonly [
  call: string,
  run: () => unknown,
  ErrorClass: ErrorClass,
  says: RegExp,
];

const SHAPE = /^Cannot [a-z]\S*( .*)?: \S.*[^.\s]$/;
const CONTRACTION = /\b[a-z]+n't\b|\b(?:it|that|there)'s\b/i;

/** Runs a call on a socket that is neither bound nor connected. */
function fresh(call: (socket: s.Socket<s.InetAddress>) => unknown) {
  return async () => {
    using socket = s.socket();
    await call(socket);
  };
}

/** Runs a call on a socket that is closed. */
function closed(call: (socket: s.Socket<s.InetAddress>) => unknown) {
  return async () => {
    const socket = s.socket();
    socket.close();
    await call(socket);
  };
}

/** Runs a call on one end of a connection. */
function connected(call: (socket: s.Socket<s.InetAddress>) => unknown) {
  return async () => {
    const [one, other] = await s.socketpair(s.AF_INET);
    using _one = one, _other = other;
    await call(one);
  };
}

/** Runs a call with the address of a server that listens, or has ended. */
function served(ended: boolean, call: (address: s.InetAddress) => unknown) {
  return async () => {
    await using server = s.createServer(["127.0.0.1", 0]);
    const address = server.getsockname();
    if (ended) await server[Symbol.asyncDispose]();
    await call(address);
  };
}

const bytes = new Uint8Array(1);
const WAY_OUT =
  /; (.*; for descriptors )?use the POSIX driver \(@berkeley\/socket\/posix, --allow-ffi\)/;

// deno-fmt-ignore -- a table
const rows: readonly Row[] = [
  ["bind() in use", served(false, (to) => { using x = s.socket(); x.bind(to); }), OSError, /^Cannot bind to "127\.0\.0\.1:\d+": address already in use \(EADDRINUSE\)$/],
  ["bind() to another machine", fresh((x) => x.bind(["192.0.2.1", 0])), OSError, /^Cannot bind to "192\.0\.2\.1:0": .*\(EADDRNOTAVAIL\)$/],
  ["bind() to a string", fresh((x) => x.bind("x" as never)), TypeError, /\[host, port\], not string$/],
  ["bind() to half an address", fresh((x) => x.bind(["x"] as never)), TypeError, /\[host, port\], not an array of 1$/],
  ["bind() to a port too high", fresh((x) => x.bind(["", 70000])), RangeError, /the port must be 0 to 65535, not 70000$/],
  ["bind() to a port of text", fresh((x) => x.bind(["", "80"] as never)), TypeError, /the port must be an integer, not string$/],
  ["bind() to a path too long", () => { using x = s.socket(s.AF_UNIX); x.bind("/".padEnd(200, "x")); }, OSError, /^Cannot bind to "\/x+": AF_UNIX path too long$/],
  ["accept() without listen()", fresh((x) => x.accept()), OSError, /^Cannot accept a connection: invalid argument \(EINVAL\)$/],
  ["connect() where nobody listens", served(true, async (to) => { using x = s.socket(); await x.connect(to); }), s.ConnectionRefusedError, /^Cannot connect to "127\.0\.0\.1:\d+": connection refused \(ECONNREFUSED\)$/],
  ["connect() to another family", fresh((x) => x.connect(["::1", 80])), s.gaierror, /^Cannot connect to "\[::1\]:80": .*\(EAI_ADDRFAMILY\)$/],
  ["connect() twice", connected((x) => x.connect(x.getpeername())), OSError, /^Cannot connect to "127\.0\.0\.1:\d+": .*\(EISCONN\)$/],
  ["createConnection() where nobody listens", served(true, (to) => s.createConnection(to)), s.ConnectionRefusedError, /^Cannot connect to "127\.0\.0\.1:\d+": connection refused \(ECONNREFUSED\)$/],
  ["createServer() of two families", () => s.createServer(["", 0], { dualstackIpv6: true }), RangeError, /dualstackIpv6 requires family AF_INET6$/],
  ["recv() when closed", closed((x) => x.recv(1)), OSError, /^Cannot receive: bad file descriptor \(EBADF\)$/],
  ["send() when closed", closed((x) => x.send(bytes)), OSError, /^Cannot send: bad file descriptor \(EBADF\)$/],
  ["getsockname() when closed", closed((x) => x.getsockname()), OSError, /^Cannot get the local address: bad file descriptor \(EBADF\)$/],
  ["recv() without a connection", fresh((x) => x.recv(1)), OSError, /^Cannot receive: .*\(ENOTCONN\)$/],
  ["getpeername() without a connection", fresh((x) => x.getpeername()), OSError, /^Cannot get the peer's address: .*\(ENOTCONN\)$/],
  ["recv() of a negative size", connected((x) => x.recv(-1)), RangeError, /the size must be 0 or more, not -1$/],
  ["recv() with a flag unknown", connected((x) => x.recv(1, 0x40000)), OSError, WAY_OUT],
  ["recv() that times out", connected((x) => { x.settimeout(0.001); return x.recv(1); }), s.TimeoutError, /^Cannot receive from "127\.0\.0\.1:\d+": timed out$/],
  ["recv() that may not wait", connected((x) => { x.setblocking(false); return x.recv(1); }), s.BlockingIOError, /^Cannot receive from "127\.0\.0\.1:\d+": .*\(EAGAIN\)$/],
  ["recvInto() of a short buffer", connected((x) => x.recvInto(bytes, 2)), RangeError, /fewer than the 2 asked for$/],
  ["send() of a string", connected((x) => x.send("x" as never)), TypeError, /not a string; encode it with new TextEncoder\(\)\.encode\(text\)$/],
  ["sendall() of a string", connected((x) => x.sendall("x" as never)), TypeError, /not a string; encode it with new TextEncoder\(\)\.encode\(text\)$/],
  ["sendall() of null", connected((x) => x.sendall(null as never)), TypeError, /not null$/],
  ["send() after the end", connected((x) => { x.shutdown(s.SHUT_WR); return x.send(bytes); }), s.BrokenPipeError, /^Cannot send to "127\.0\.0\.1:\d+": broken pipe \(EPIPE\)$/],
  ["sendmsg() with control messages", connected((x) => x.sendmsg([bytes], [[1, 1, bytes]])), OSError, WAY_OUT],
  ["sendfile() of no file", connected((x) => x.sendfile({} as never)), TypeError, /file/],
  ["settimeout() of a negative time", fresh((x) => x.settimeout(-1)), RangeError, /not -1$/],
  ["settimeout() of text", fresh((x) => x.settimeout("1" as never)), TypeError, /seconds or null, not string$/],
  ["getsockopt() of an option that Deno lacks", connected((x) => x.getsockopt(s.SOL_SOCKET, s.SO_LINGER)), OSError, /^Cannot get option SO_LINGER.*: .*\(ENOPROTOOPT\); use the POSIX driver/],
  ["setsockopt() of an option to read", connected((x) => x.setsockopt(s.SOL_SOCKET, s.SO_TYPE, 1)), OSError, /^Cannot set option SO_TYPE.*: .*\(ENOPROTOOPT\)/],
  ["setsockopt() of a level unknown", connected((x) => x.setsockopt(99, 1, 1)), OSError, /^Cannot set option 1.*: .*\(ENOPROTOOPT\)/],
  ["makefile() of a mode unknown", fresh((x) => x.makefile("x" as "r")), RangeError, /not "x"$/],
  ["makefile() of an encoding unknown", fresh((x) => x.makefile("r", { encoding: "nope" } as never)), RangeError, /"nope"/],
  ["socket() of a family unknown", () => s.socket(99), OSError, /^Cannot create a socket of family 99, .*\(EAFNOSUPPORT\)/],
  ["socket() of a type that Deno lacks", () => s.socket(s.AF_INET, s.SOCK_RAW), OSError, WAY_OUT],
  ["fromfd() of no socket", () => s.fromfd({} as never, s.AF_INET, s.SOCK_STREAM), OSError, /\(ENOTSOCK\)$/],
  ["inetAton() of no address", () => s.inetAton("x"), OSError, /^Cannot convert "x": illegal IP address string$/],
  ["inetNtoa() of three bytes", () => s.inetNtoa(new Uint8Array(3)), OSError, /^Cannot convert 3 bytes: packed IP wrong length/],
  ["inetPton() of a family unknown", () => s.inetPton(99, "x"), OSError, /\(EAFNOSUPPORT\)$/],
  ["htons() of too much", () => s.htons(70000), RangeError, /the value must be 0 to 65535, not 70000$/],
  ["CMSG_LEN() of less than nothing", () => s.CMSG_LEN(-1), RangeError, /not -1$/],
];

async function thrownBy(run: () => unknown): Promise<Error> {
  try {
    await run();
  } catch (error) {
    assert(error instanceof Error);
    return error;
  }
  throw new Error("Cannot check the message: nothing was thrown");
}

for (const [call, run, ErrorClass, says] of rows) {
  Deno.test(`${call} fails with a message of the one shape`, async () => {
    const error = await thrownBy(run);
    assertMatch(error.message, SHAPE);
    assertMatch(error.message, says);
    assert(!CONTRACTION.test(error.message), error.message);
    assertEquals(error.constructor, ErrorClass, error.message);
    if (error instanceof OSError && error.errno !== undefined) {
      // After the number's name comes nothing but a hint.
      const [, rest] = error.message.split(` (${error.code})`);
      assertMatch(rest ?? "no code", /^$|^; \S/);
    }
  });
}
