import type { Address, UnixAddress } from "../address.ts";
import { unixFlags } from "../permissions.ts";
import { osError } from "../errors.ts";
import type {
  Channel,
  DatagramTransport,
  Target,
} from "../endpoint/datagram_transport.ts";
import { openAnywhere, pathOf } from "./unix.ts";
import { UnixgramChannel } from "./unixgram_channel.ts";

/** Unix datagrams, by `Deno.listenDatagram`, for which the program needs `--unstable-net`. */
export class Unixgram implements DatagramTransport {
  readonly any = "";
  readonly noPeer = "ENOTCONN";

  open(address: UnixAddress): Channel {
    const open = (path: string) =>
      Deno.listenDatagram({ transport: "unixpacket", path });
    const path = pathOf("bind", address);
    // Deno has none without a name.
    return this.adopt(path === "" ? openAnywhere(open) : open(path));
  }

  adopt(conn: Deno.DatagramConn): Channel {
    return new UnixgramChannel(conn);
  }

  automatic(): Address {
    return "";
  }

  target(syscall: string, address: UnixAddress): Target {
    const path = pathOf(syscall, address);
    if (path === "") throw osError({ code: "EINVAL", syscall, address });
    return { address: path, host: path };
  }

  check(): void {}

  flags(local: UnixAddress | undefined, peer: UnixAddress | undefined): string {
    const ends = [local, peer].filter((end) => end !== undefined)
      .map((end) => pathOf("send", end));
    return unixFlags(...ends);
  }

  same(one: Address, other: Address): boolean {
    return one === other;
  }

  seen(local: Address): Address {
    return local;
  }
}
