import type { Services } from "../driver.ts";
import { protoent, servent } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { copyMemory, cString, textAt } from "./memory.ts";

/** Swaps the bytes of a port: libc has it in the order of the network. */
function swapped(port: number): number {
  return (port & 0xff) << 8 | port >> 8 & 0xff;
}

/** What libc knows of services and protocols. */
export const services: Services = {
  findPort(name, proto): number | undefined {
    const found = libc().getservbyname(cString(name), orNull(proto));
    if (found === 0n) return undefined;
    const view = copyMemory(found, servent.size);
    return swapped(view.getInt32(servent.port, true));
  },

  findService(port, proto): string | undefined {
    const found = libc().getservbyport(swapped(port), orNull(proto));
    if (found === 0n) return undefined;
    const view = copyMemory(found, servent.size);
    return textAt(view.getBigUint64(servent.name, true));
  },

  findProtocol(name): number | undefined {
    const found = libc().getprotobyname(cString(name));
    if (found === 0n) return undefined;
    return copyMemory(found, protoent.size).getInt32(protoent.proto, true);
  },
};

function orNull(text: string | undefined): Uint8Array<ArrayBuffer> | null {
  return text === undefined ? null : cString(text);
}
