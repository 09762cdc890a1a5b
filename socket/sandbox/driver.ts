import type { Driver, Endpoint } from "../driver.ts";
import { AF_INET, SOCK_DGRAM } from "../constants/mod.ts";
import type { Wait } from "../wait.ts";
import { DatagramEndpoint } from "../endpoint/datagram_endpoint.ts";
import { adoptDatagram, openDatagram, pairDatagrams } from "./datagrams.ts";
import { gethostname, sethostname } from "./hostname.ts";
import { gethostbyname } from "./resolver/find_host.ts";
import { ifIndextoname, ifNameindex, ifNametoindex } from "./interfaces.ts";
import { getaddrinfo, getnameinfo } from "./resolver/getaddrinfo.ts";
import { gethostbyaddr } from "./resolver/find_names.ts";
import { StreamEndpoint } from "../endpoint/stream_endpoint.ts";
import { adoptStream, openStream, pairStreams } from "./streams.ts";

/**
 * The driver over Deno's own network calls. It needs the permissions of the
 * call at hand and nothing else, and is the one that serves by default.
 */
export const sandbox: Driver = {
  name: "sandboxed",

  open(family: number, type: number, proto: number): Endpoint {
    if (type === SOCK_DGRAM) {
      return new DatagramEndpoint(openDatagram(family, type, proto));
    }
    return new StreamEndpoint(openStream(family, type, proto));
  },

  async pair(
    family: number | undefined,
    type: number,
    proto: number,
    wait: Wait | undefined,
  ): Promise<[Endpoint, Endpoint]> {
    if (type === SOCK_DGRAM) {
      const [here, there] = await pairDatagrams(() =>
        openDatagram(family ?? AF_INET, type, proto)
      );
      return [new DatagramEndpoint(here), new DatagramEndpoint(there)];
    }
    const [one, other] = await pairStreams(family, type, proto, wait);
    return [new StreamEndpoint(one), new StreamEndpoint(other)];
  },

  adopt(
    resource: unknown,
    family: number | undefined,
    type: number | undefined,
    proto: number | undefined,
  ): Endpoint {
    const { addr } = Object(resource) as Partial<Deno.DatagramConn>;
    if (addr?.transport === "udp" || addr?.transport === "unixpacket") {
      return adoptDatagram(resource as Deno.DatagramConn, family, type, proto);
    }
    return new StreamEndpoint(adoptStream(resource, family, type, proto));
  },

  names: { getaddrinfo, getnameinfo, gethostbyname, gethostbyaddr },
  machine: {
    gethostname,
    sethostname,
    ifNameindex,
    ifNametoindex,
    ifIndextoname,
  },
};
