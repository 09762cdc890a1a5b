import { decodePath } from "../address.ts";
import type { Address, UnixAddress } from "../address.ts";
import { OSError, osError } from "../errors.ts";
import type { Listener } from "../endpoint/acceptor.ts";
import type { Conn } from "../endpoint/stream_transport.ts";
import { unsupported } from "./errors.ts";
import type { Transport } from "../endpoint/transport.ts";

// sizeof(sun_path), Linux's; macOS has 104 and says so itself.
const LONGEST_PATH = 108;

// How often a connection is tried again while the server's queue is full.
const RETRY = 10;

/** Unix stream sockets, at a path or under an abstract name. */
export class Unix implements Transport {
  readonly any = "";
  readonly wrongState = {
    recv: "EINVAL",
    send: "ENOTCONN",
    shutdown: undefined,
    listen: "EINVAL",
    connect: "EINVAL",
  };
  readonly instant = true;
  readonly connectsFrom = false;

  listen(address: UnixAddress): Listener {
    const path = pathOf("bind", address);
    if (path !== "") return Deno.listen({ transport: "unix", path });
    return openAnywhere((path) => Deno.listen({ transport: "unix", path }));
  }

  async connect(
    address: UnixAddress,
    _from: undefined,
    patient: boolean,
    signal: AbortSignal,
  ): Promise<Conn> {
    const path = pathOf("connect", address);
    while (true) {
      try {
        return await Deno.connect({ transport: "unix", path });
      } catch (error) {
        // Linux lets a blocking call wait while the queue is full, Deno does not.
        const isFull = error instanceof Deno.errors.WouldBlock;
        if (!isFull || !patient) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY));
      signal.throwIfAborted();
    }
  }

  address(addr: Deno.Addr): Address {
    return (addr as Deno.UnixAddr).path ?? "";
  }
}

/** As the kernel does for an empty address: opens an abstract name of five digits that is free. */
export function openAnywhere<Opened>(open: (path: string) => Opened): Opened {
  while (true) {
    const digits = crypto.randomUUID().slice(0, 5);
    try {
      return open(`\0${digits}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** Gives a Unix address as a path that Deno takes. */
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
  const { length } = new TextEncoder().encode(path);
  if (length > LONGEST_PATH || (length === LONGEST_PATH && path[0] !== "\0")) {
    throw new OSError({ syscall, address, state: "AF_UNIX path too long" });
  }
  if (path === "" && syscall === "connect") {
    throw osError({ code: "EINVAL", syscall, address });
  }
  return path;
}
