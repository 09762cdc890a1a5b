import { SOCK_DGRAM } from "../constants/mod.ts";
import type { Driver, Endpoint } from "../driver.ts";
import { DatagramEndpoint } from "../endpoint/datagram_endpoint.ts";
import { noDescriptors } from "../endpoint/refusals.ts";
import { StreamEndpoint } from "../endpoint/stream_endpoint.ts";
import { adopt } from "./adopt.ts";
import { DRIVER } from "./errors.ts";
import { gethostname, sethostname } from "./hostname.ts";
import { ifIndextoname, ifNameindex, ifNametoindex } from "./interfaces.ts";
import { openByName, openDatagram, openStream } from "./open.ts";
import { pairDatagrams, pairStreams } from "./pair.ts";
import { gethostbyname } from "./resolver/find_host.ts";
import { gethostbyaddr } from "./resolver/find_names.ts";
import { getaddrinfo } from "./resolver/getaddrinfo.ts";
import { getnameinfo } from "./resolver/getnameinfo.ts";
import { findPort, findProtocol, findService } from "./services.ts";

/**
 * The driver over Deno's own network calls, and the default driver. A call
 * needs only its own permissions.
 */
export const sandbox: Driver = {
  name: DRIVER,

  open(family, type, proto): Endpoint {
    return type === SOCK_DGRAM
      ? new DatagramEndpoint(openDatagram(family, type, proto))
      : new StreamEndpoint(openStream(family, type, proto));
  },

  async pair(family, type, proto, wait): Promise<[Endpoint, Endpoint]> {
    if (type === SOCK_DGRAM) {
      const [one, other] = await pairDatagrams(family, type, proto);
      return [new DatagramEndpoint(one), new DatagramEndpoint(other)];
    }
    const [one, other] = await pairStreams(family, type, proto, wait);
    return [new StreamEndpoint(one), new StreamEndpoint(other)];
  },

  adopt,

  async connect(host, port, wait): Promise<Endpoint> {
    return new StreamEndpoint(await openByName(host, port, wait));
  },

  ...noDescriptors,
  names: { getaddrinfo, getnameinfo, gethostbyname, gethostbyaddr },
  services: { findPort, findService, findProtocol },
  machine: {
    gethostname,
    sethostname,
    ifNameindex,
    ifNametoindex,
    ifIndextoname,
  },
};
