import { SOCK_DGRAM, SOCK_STREAM } from "../../../socket/constants/mod.ts";
import { POLLOUT } from "../../../socket/constants/poll.ts";
import type { Driver, Endpoint } from "../../../socket/driver.ts";
import { Delegate } from "../../../socket/endpoint/delegate.ts";
import { DatagramEndpoint } from "../../../socket/endpoint/datagram_endpoint.ts";
import { StreamEndpoint } from "../../../socket/endpoint/stream_endpoint.ts";
import { OSError } from "../../../socket/errors.ts";
import { sandbox } from "../../../socket/sandbox/driver.ts";
import { openDatagram, openStream } from "../../../socket/sandbox/open.ts";
import {
  endpointOf,
  forceClose,
  type Socket,
  socketOver,
} from "../../../socket/socket.ts";
import { untilReady } from "../../../socket/wait.ts";
import {
  type BaseRequestHandler,
  type RequestHandlerClass,
  runHandler,
} from "../../base_request_handler.ts";
import type {
  Begin,
  DatagramParts,
  DescriptorParts,
  FromWorker,
  StreamParts,
  ToWorker,
} from "../wire/messages.ts";
import { serializeError } from "../wire/serialized_error.ts";
import { borrow } from "./loan.ts";
import { PortConn } from "./stream_conn.ts";
import { PortDatagrams } from "./datagram_conn.ts";
import { Calls, RemoteServer } from "./remote_server.ts";

/** Handles a request in a Worker: makes socket and handler, and reports how the handling ended. */
export async function serveRequest(
  begin: Begin,
  Handler: RequestHandlerClass,
): Promise<void> {
  const { port } = begin;
  let hasEnded = false;
  const post: Post = (message, transfer = []) => {
    // The parent closes what the handler leaves open.
    if (hasEnded && message.type === "close") return;
    port.postMessage(message, transfer);
  };
  let done: FromWorker = { type: "done" };
  try {
    const { handler, socket } = await make(begin, Handler, post);
    try {
      await runHandler(handler);
    } finally {
      hasEnded = true;
      await finish(socket);
    }
  } catch (error) {
    done = { type: "done", error: serializeError(error) };
  }
  post(done);
  port.close();
}

/** Sends a message to the parent. */
type Post = (message: FromWorker, transfer?: Transferable[]) => void;

/** Makes the handler of a request, and the socket under it. */
async function make(
  { port, request: parts, clientAddress, serverAddress }: Begin,
  Handler: RequestHandlerClass,
  post: Post,
): Promise<{ handler: BaseRequestHandler; socket: Socket }> {
  const calls = new Calls(post);
  const { request, socket, receive } = parts.type === "stream"
    ? connectionOf(parts, post)
    : parts.type === "datagram"
    ? datagramOf(parts, calls)
    : await lentSocket(parts, post);
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.type === "answer") calls.answer(data);
    else receive?.(data);
  };
  const server = new RemoteServer(serverAddress, calls);
  const handler = new Handler(request, clientAddress, server);
  return { handler, socket };
}

/** A request as its handler gets it, and the socket under it. */
interface Made {
  readonly request: object;
  readonly socket: Socket;
  readonly receive?: (message: ToWorker) => void;
}

function connectionOf(
  { family, local, peer, timeout }: StreamParts,
  post: Post,
): Made {
  const conn = new PortConn(post);
  const stream = openStream(family, SOCK_STREAM, 0);
  stream.establish({ conn, local, peer, resource: undefined });
  const socket: Socket = socketOver(new StreamEndpoint(stream), sandbox);
  socket.settimeout(timeout);
  return {
    request: socket,
    socket,
    receive: (message) => conn.receive(message),
  };
}

function datagramOf(
  { family, local, data }: DatagramParts,
  calls: Calls,
): Made {
  const datagrams = openDatagram(family, SOCK_DGRAM, 0);
  datagrams.attach(new PortDatagrams(local, calls));
  const socket: Socket = socketOver(new DatagramEndpoint(datagrams), sandbox);
  return { request: [data, socket], socket };
}

/** A descriptor that is the parent's: closing it here tells the parent. */
class LentEndpoint extends Delegate {
  readonly #driver: Driver;
  readonly #post: Post;

  constructor(inner: Endpoint, driver: Driver, post: Post) {
    super(inner);
    this.#driver = driver;
    this.#post = post;
  }

  override async close(signal?: AbortSignal): Promise<void> {
    await super.close(signal);
    this.#post({ type: "close" });
  }

  /** Gives the handler a descriptor of its own: the parent closes the lent one. */
  override detach(): unknown {
    const own = this.#driver.dupDescriptor(this.fileno());
    try {
      super.detach();
    } catch (error) {
      this.#driver.closeDescriptor(own);
      throw error;
    }
    this.#post({ type: "close" });
    return own;
  }
}

async function lentSocket(
  { fd, module, family, socketType, proto, timeout, data }: DescriptorParts,
  post: Post,
): Promise<Made> {
  const { default: driver }: { default: Driver } = await import(module);
  const hints = { family, type: socketType, proto, lent: true };
  const socket = borrow(() =>
    socketOver(new LentEndpoint(driver.adopt(fd, hints), driver, post), driver)
  );
  socket.settimeout(timeout);
  return { request: data === undefined ? socket : [data, socket], socket };
}

/** Closes the socket when what was sent is on its way, even if files of it are still open. */
async function finish(socket: Socket): Promise<void> {
  if (socket.type === SOCK_DGRAM) await sent(socket);
  forceClose(socket);
  await socket[Symbol.asyncDispose]();
}

/** Waits until all datagrams are on their way. */
async function sent(socket: Socket): Promise<void> {
  try {
    const endpoint = endpointOf(socket, "close");
    await untilReady(endpoint, POLLOUT, undefined, { syscall: "send" });
  } catch (error) {
    // The handler has closed it.
    if (!(error instanceof OSError)) throw error;
  }
}
