import { decodePath, type UnixAddress } from "../address.ts";
import type {
  Connection,
  StreamTransport,
} from "../endpoint/stream_transport.ts";
import { unsupported } from "../endpoint/refusals.ts";
import { osError } from "../errors.ts";
import { connectionOf, DenoListener } from "./deno_stream.ts";
import { DRIVER, translate } from "./errors.ts";
import { openSignalPair } from "./signal_pair.ts";

// Milliseconds between attempts to connect while the server's queue is full.
const RETRY = 10;

/** Unix stream sockets, at a path or under an abstract name. */
export class Unix implements StreamTransport {
  readonly driver = DRIVER;
  readonly any = "";
  readonly wrongState = {
    recv: "EINVAL",
    send: "ENOTCONN",
    shutdown: undefined,
    listen: "EINVAL",
    connect: "EINVAL",
  };
  readonly connectsSynchronously = true;
  readonly connectsFrom = false;
  readonly reusePortHint = undefined;
  readonly explain = translate;

  listen(address: UnixAddress): DenoListener {
    openSignalPair();
    const open = (path: string) => Deno.listen({ transport: "unix", path });
    const path = pathOf("bind", address);
    return new DenoListener(path === "" ? autobind(open) : open(path));
  }

  async connect(
    address: UnixAddress,
    _from: undefined,
    retryWhileFull: boolean,
    signal: AbortSignal,
  ): Promise<Connection> {
    const path = pathOf("connect", address);
    while (true) {
      try {
        return connectionOf(await Deno.connect({ transport: "unix", path }));
      } catch (error) {
        // On Linux a blocking call waits while the queue is full; Deno's call
        // fails.
        const isFull = error instanceof Deno.errors.WouldBlock;
        if (!isFull || !retryWhileFull) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY));
      signal.throwIfAborted();
    }
  }
}

/** Listens on a free abstract name of five digits, as unix(7) describes for an empty address (autobind). */
export function autobind<Opened>(open: (path: string) => Opened): Opened {
  while (true) {
    const digits = crypto.randomUUID().slice(0, 5);
    try {
      return open(`\0${digits}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** Returns a Unix address as a path for Deno. */
export function pathOf(syscall: string, address: UnixAddress): string {
  const path = decodePath(address);
  if (path === undefined) {
    throw unsupported({
      code: "EINVAL",
      syscall,
      address,
      state: "a path that is not UTF-8",
    });
  }
  if (path === "" && syscall === "connect") {
    throw osError({ code: "EINVAL", syscall, address });
  }
  return path;
}
