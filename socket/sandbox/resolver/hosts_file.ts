import { AF_INET, AF_INET6, AF_UNSPEC } from "../../constants/mod.ts";
import { isGranted } from "../../permissions.ts";
import {
  formatIpv4,
  formatIpv6,
  parseIpv4,
  parseIpv6,
} from "../../text/ip_address.ts";
import type { Host, NumericAddress } from "./types.ts";

const PATH = "/etc/hosts";

interface Line {
  readonly address: NumericAddress;
  /** The canonical name first. */
  readonly names: readonly string[];
}

/** The hosts file; `hosts(5)`. */
export class HostsFile {
  readonly #lines: readonly Line[];

  constructor(text: string) {
    this.#lines = text.split("\n").flatMap((line) => {
      const [ip, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
      const address = parseNumeric(ip);
      return address === undefined || names.length === 0
        ? []
        : [{ address, names }];
    });
  }

  /** Reads the system's file; `undefined` if it cannot be read without a prompt. */
  static async open(): Promise<HostsFile | undefined> {
    if (!isGranted({ name: "read", path: PATH })) return undefined;
    try {
      return new HostsFile(await Deno.readTextFile(PATH));
    } catch {
      return undefined;
    }
  }

  /** Finds the addresses of a name in a family. */
  byName(name: string, family: number): Host | undefined {
    const wanted = name.toLowerCase().replace(/\.$/, "");
    const lines = this.#lines.flatMap((line) => {
      if (!line.names.some((name) => name.toLowerCase() === wanted)) return [];
      const address = inFamily(line.address, family);
      return address === undefined ? [] : [{ ...line, address }];
    });
    if (lines.length === 0) return undefined;
    const [canonname] = lines[0].names;
    const names = lines.flatMap(({ names }) => names);
    const aliases = names.filter((name, index) =>
      name !== canonname && names.indexOf(name) === index
    );
    return { canonname, aliases, found: lines.map(({ address }) => address) };
  }

  /** Finds the names of an address, the canonical one first. */
  byAddress(address: string): readonly string[] | undefined {
    return this.#lines.find((line) => line.address.host === address)?.names;
  }
}

function parseNumeric(text: string): NumericAddress | undefined {
  const four = parseIpv4(text);
  if (four) return { family: AF_INET, host: formatIpv4(four), scopeid: 0 };
  const six = parseIpv6(text);
  return six && { family: AF_INET6, host: formatIpv6(six), scopeid: 0 };
}

/** Like glibc, takes `::1` for `127.0.0.1` if IPv4 is asked for. */
function inFamily(
  address: NumericAddress,
  family: number,
): NumericAddress | undefined {
  if (family === AF_UNSPEC || family === address.family) return address;
  return family === AF_INET && address.host === "::1"
    ? { family, host: "127.0.0.1", scopeid: 0 }
    : undefined;
}
