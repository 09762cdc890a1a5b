import { sandbox } from "../../socket/sandbox/driver.ts";
import {
  BlockingIOError,
  type Driver,
  type OSError,
} from "../../socket/mod.ts";
import {
  type DatagramTransport,
  datagramTransports,
} from "../support/datagrams.ts";
import { folder, type Transport, transports } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { isFull } from "../support/soak.ts";
import { SSLWantReadError, SSLWantWriteError } from "../../socket/ssl/mod.ts";
import { delegatingDriver } from "./delegating_driver.ts";
import { tlsDriver } from "./tls_driver.ts";
import { tlsTransports } from "./tls_transports.ts";

/** A driver that the suite is run for. */
export interface Subject {
  readonly driver: Driver;
  /** The kinds of stream that it has, and how plain peers speak them. */
  readonly transports: readonly Transport[];
  /** The ways that its datagrams travel. */
  readonly datagramTransports: readonly DatagramTransport[];
  /** What its tests may do: no more than the driver itself needs. */
  readonly permissions: Deno.PermissionOptionsObject;
  /** What it cannot do, by the test's name, and why. */
  readonly gaps: Readonly<Record<string, string>>;
  /** What a receive, or a send, throws that would have to wait; `BlockingIOError` if omitted. */
  readonly wants?: readonly [ErrorClass, ErrorClass];
}

// deno-lint-ignore no-explicit-any -- what assertRejects() takes
type ErrorClass = new (...args: any[]) => OSError;

const unixPaths = Deno.build.os === "windows" ? {} : {
  read: [folder],
  write: [folder],
};

/** What Deno's own calls cannot express; README.md says the same. */
const sandboxGaps: Subject["gaps"] = {
  "SO_REUSEADDR is 0 for a listener that has not set it, and for what it accepts":
    "`SO_REUSEADDR` is always on for TCP listeners",
  "Socket.recv(MSG_OOB) is EINVAL where there is nothing urgent":
    "there is no urgent data",
  "Socket.send(MSG_OOB) sends urgent data, which recv(MSG_OOB) gives":
    "there is no urgent data",
  "Socket.setsockopt(SO_LINGER) of no time lets close() reset the connection":
    "`SO_LINGER` is refused",
  "Socket.setsockopt(SO_RCVBUF) sets the size of the kernel's buffer":
    "the kernel's buffers keep their sizes",
  "Socket.recv() of a connected UDP socket is ECONNREFUSED where nobody receives":
    "A connected UDP socket never reports `ECONNREFUSED`",
  "Socket.connect() to a socket that is bound and does not listen is ECONNREFUSED":
    "A stream socket takes connections as soon as it is bound",
  "Socket.connect() of a bound Unix socket tells the listener its path":
    "a bound one does not connect",
  "Socket.close() leaves the path of a Unix socket, as in Python":
    "Closing a bound Unix stream socket removes its path",
  "Socket.fileno() is a number, which Socket takes":
    "`fileno()` of an open socket throws `EOPNOTSUPP`",
  "sendFds() gives another socket a descriptor, which recvFds() takes":
    "no ancillary data is sent or received",
  "socketpair() gives two Unix sockets without a name":
    "`socketpair()` returns the two ends of a TCP connection",
};

// Every handshake takes its time, so each driver has one end unless all is asked for.
const [asClientOfTls, asServerOfTls] = tlsTransports;

/** What TLS has otherwise, as in Python; README.md says the same. */
const tlsGaps: Subject["gaps"] = {
  "Socket.dup() shares: the last close closes, the first ends its own calls only":
    "a TLS connection has no duplicates",
  "Socket.dup() during a send lets it end with its socket, and the duplicate go on":
    "a TLS connection has no duplicates",
  "recvInto() of a duplicate that is closed has nothing written into its buffer":
    "a TLS connection has no duplicates",
  "Poll.register() has the copies that dup() makes apart":
    "a TLS connection has no duplicates",
  "sourceOf() takes the copies that dup() makes, which are ready together":
    "a TLS connection has no duplicates",
  "whenReady() of a duplicate goes on when the other is closed":
    "a TLS connection has no duplicates",
  "recv() that the close of a duplicate cancels loses no byte":
    "a TLS connection has no duplicates",
  "recvInto() that the close of a duplicate cancels loses no byte":
    "a TLS connection has no duplicates",
  "recvmsg() that the close of a duplicate cancels loses no byte":
    "a TLS connection has no duplicates",
  "Socket.detach() gives a resource that goes on, and leaves the socket closed":
    "`detach()` throws `EOPNOTSUPP`",
  "Socket.detach() refuses while a call waits, and loses nothing that came":
    "`detach()` throws `EOPNOTSUPP`",
  "Socket.fileno() is a number, which Socket takes":
    "`detach()` throws `EOPNOTSUPP`",
  "sendFds() gives another socket a descriptor, which recvFds() takes":
    "the descriptor is that of the connection under TLS",
  "Socket.recv(MSG_OOB) is EINVAL where there is nothing urgent":
    "there is no urgent data",
  "Socket.send(MSG_OOB) sends urgent data, which recv(MSG_OOB) gives":
    "there is no urgent data",
};

const tlsWants = [SSLWantReadError, SSLWantWriteError] as const;

/** Every driver there is, and one that wraps another; a new one is a new row. */
export const subjects: readonly Subject[] = [
  {
    driver: sandbox,
    transports,
    datagramTransports,
    permissions: { net: true, ...unixPaths },
    gaps: sandboxGaps,
  },
  {
    driver: delegatingDriver(sandbox),
    transports,
    datagramTransports,
    permissions: { net: true, ...unixPaths },
    gaps: sandboxGaps,
  },
  {
    driver: tlsDriver(sandbox),
    transports: isFull ? tlsTransports : [asClientOfTls],
    datagramTransports: [],
    permissions: { net: true },
    gaps: { ...sandboxGaps, ...tlsGaps },
    wants: tlsWants,
  },
  ...(hasPosix
    ? [{
      driver: posix,
      transports,
      // In the sandbox the option that the others set chooses node:dgram.
      datagramTransports: datagramTransports.filter(({ name }) =>
        !name.includes("node:dgram")
      ),
      // Its peers are Deno's.
      permissions: { ffi: true, net: true, ...unixPaths },
      gaps: {},
    }, {
      driver: tlsDriver(posix),
      transports: isFull ? tlsTransports : [asServerOfTls],
      datagramTransports: [],
      permissions: { ffi: true, net: true },
      gaps: tlsGaps,
      wants: tlsWants,
    }]
    : []),
];

/** What a test of the suite is given. */
export interface Setting {
  readonly driver: Driver;
  readonly transport: Transport;
  /** What a receive throws that would have to wait. */
  readonly WantsToRecv: ErrorClass;
  /** What a send throws that would have to wait. */
  readonly WantsToSend: ErrorClass;
}

/** Registers a test for every driver and each of its kinds of stream. */
export function conforms(
  name: string,
  test: (setting: Setting) => Promise<void> | void,
  only: (transport: Transport) => boolean = () => true,
): void {
  for (const { driver, transports, permissions, gaps, wants } of subjects) {
    const [WantsToRecv, WantsToSend] = wants ??
      [BlockingIOError, BlockingIOError];
    for (const transport of transports.filter(only)) {
      Deno.test({
        name: `${name} [${driver.name}, ${transport.name}]`,
        ignore: name in gaps,
        permissions,
        fn: () => test({ driver, transport, WantsToRecv, WantsToSend }),
      });
    }
  }
}
