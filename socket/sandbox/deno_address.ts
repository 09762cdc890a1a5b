import type { Inet6Address, InetAddress } from "../address.ts";
import { AF_INET6, AF_UNSPEC } from "../constants/mod.ts";
import { gaierror } from "../errors.ts";
import { parseIpv4Loose, parseIpv6 } from "../text/ip_address.ts";

/** Gives the host of an address as Deno takes it: special names spelled out, numbers of the other family refused. */
export function hostFor(
  family: number,
  syscall: string,
  address: InetAddress | Inet6Address,
): string {
  const [host, , , scopeid] = address;
  if (host === "") return family === AF_INET6 ? "::" : "0.0.0.0";
  const [bare] = host.split("%");
  if (family === AF_INET6) {
    if (parseIpv4Loose(host)) throw otherFamily(syscall, address);
    return scopeid && !host.includes("%") && parseIpv6(bare)
      ? `${host}%${scopeid}`
      : host;
  }
  if (family === AF_UNSPEC) return host;
  if (host === "<broadcast>") return "255.255.255.255";
  if (parseIpv6(bare)) throw otherFamily(syscall, address);
  return host;
}

/** Makes the error for a host that has no address of the socket's family. */
export function otherFamily(
  syscall: string,
  address: InetAddress | Inet6Address,
): gaierror {
  return new gaierror({ code: "EAI_ADDRFAMILY", syscall, address });
}
