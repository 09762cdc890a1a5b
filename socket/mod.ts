/**
 * Python's `socket` module: sockets, name look-ups, addresses and options.
 *
 * @example A client, as in Python's documentation
 * ```ts
 * import { createServer, socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using server = createServer(["127.0.0.1", 0]);
 * using s = socket();
 * await s.connect(server.getsockname());
 * await s.sendall(new TextEncoder().encode("Hello, world"));
 * const [connection] = await server.accept();
 * assertEquals((await connection.recv(1024)).length, 12);
 * connection.close();
 * ```
 *
 * Port of [`socket`](https://docs.python.org/3/library/socket.html).
 *
 * @module
 */

// Exceptions.
export {
  BlockingIOError,
  BrokenPipeError,
  ConnectionAbortedError,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
  FileExistsError,
  FileNotFoundError,
  gaierror,
  herror,
  InterruptedError,
  IsADirectoryError,
  NotADirectoryError,
  OSError,
  OSError as error,
  type OSErrorFields,
  PermissionError,
  TimeoutError,
  TimeoutError as timeout,
} from "./errors.ts";

export {
  UnicodeDecodeError,
  UnicodeEncodeError,
} from "./text/unicode_errors.ts";

// Constants: their own module is the list of their names.
export * from "./constants/mod.ts";

// Creating sockets.
export { Socket, type SocketOptions, type SocketResource } from "./socket.ts";
export { socket, SocketType } from "./create_socket.ts";
export { socketpair, type SocketpairOptions } from "./socketpair.ts";
export {
  type ConnectedSocket,
  createConnection,
  type CreateConnectionOptions,
} from "./create_connection.ts";
export {
  createServer,
  type CreateServerOptions,
  hasDualstackIpv6,
  hasIpv6,
} from "./create_server.ts";
export { fromfd, fromshare } from "./descriptors.ts";

// Other functions.
export {
  type DriverOptions,
  getaddrinfo,
  type GetaddrinfoOptions,
  getnameinfo,
  type LookupOptions,
} from "./names/getaddrinfo.ts";
export {
  getfqdn,
  gethostbyaddr,
  gethostbyname,
  gethostbynameEx,
  gethostname,
  sethostname,
} from "./names/hosts.ts";
export {
  getprotobyname,
  getservbyname,
  getservbyport,
} from "./names/services.ts";
export {
  ifIndextoname,
  ifNameindex,
  ifNametoindex,
} from "./names/interfaces.ts";
export { htonl, htons, ntohl, ntohs } from "./convert/byte_order.ts";
export { inetAton, inetNtoa, inetNtop, inetPton } from "./convert/inet.ts";
export { CMSG_LEN, CMSG_SPACE } from "./convert/ancillary.ts";
export { close, dup, recvFds, sendFds } from "./descriptors.ts";
export { ssl } from "./python2.ts";
export {
  getdefaulttimeout,
  setdefaulttimeout,
  type WaitOptions,
} from "./wait.ts";

// Socket objects.
export {
  type ErrorHandler,
  type FileInput,
  type FileOf,
  type FileSource,
  IncompleteReadError,
  LimitOverrunError,
  type MakefileMode,
  type MakefileOptions,
  type Newline,
  type ReadUntilOptions,
  SocketFile,
} from "./file/mod.ts";
export type { SendfileOptions } from "./sendfile.ts";
export type { Data } from "./arguments.ts";
export type {
  Address,
  AddressInput,
  AddressOf,
  Inet6Address,
  Inet6AddressInput,
  InetAddress,
  OtherAddress,
  SenderOf,
  UnixAddress,
} from "./address.ts";

// Drivers.
export type { SendmsgAfalgOptions } from "./afalg.ts";
export { setDefaultDriver } from "./drivers.ts";
export type {
  Accepted,
  AddressInfo,
  AddressInfoHints,
  AncillaryData,
  BytesFrom,
  Driver,
  Endpoint,
  EventPoll,
  HostEntry,
  InterfaceName,
  Machine,
  Message,
  MessageHeader,
  MessageInto,
  Names,
  OpenFile,
  ReceivedMessage,
  ReceivedMessageInto,
  Services,
  SocketHints,
} from "./driver.ts";
export type { Hold, Pollable, Wait } from "./wait.ts";
