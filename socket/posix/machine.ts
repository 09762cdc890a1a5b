import type { InterfaceName, Machine } from "../driver.ts";
import { OSError, osError } from "../errors.ts";
import { ifNameindex, IFNAMSIZ } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { copyMemory, cString, textAt } from "./memory.ts";
import { check, lastError } from "./syscall.ts";

// The longest name that Linux gives a machine, and its NUL.
const HOST_NAME = 65;

/** The machine as libc knows it. */
export const machine: Machine = {
  gethostname(): string {
    const name = new Uint8Array(HOST_NAME);
    check(libc().gethostname(name, BigInt(name.length)), {
      syscall: "gethostname",
      subject: "the host name",
    });
    return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
  },

  sethostname(name: string): void {
    const bytes = new TextEncoder().encode(name);
    check(libc().sethostname(bytes, BigInt(bytes.length)), {
      syscall: "sethostname",
      subject: "the host name",
    });
  },

  ifNameindex(): InterfaceName[] {
    const list = libc().if_nameindex();
    if (list === 0n) throw lastError({ syscall: "if_nameindex" });
    const found: InterfaceName[] = [];
    for (let at = list;; at += BigInt(ifNameindex.size)) {
      const view = copyMemory(at, ifNameindex.size);
      const index = view.getUint32(ifNameindex.index, true);
      const name = view.getBigUint64(ifNameindex.name, true);
      if (index === 0 && name === 0n) break;
      found.push([index, textAt(name)]);
    }
    libc().if_freenameindex(list);
    return found;
  },

  ifNametoindex(name: string): number {
    const index = libc().if_nametoindex(cString(name));
    if (index !== 0) return index;
    throw new OSError({
      syscall: "if_nametoindex",
      subject: `"${name}"`,
      state: "no interface with this name",
    });
  },

  ifIndextoname(index: number): string {
    const name = new Uint8Array(IFNAMSIZ);
    if (libc().if_indextoname(index, name) !== 0n) {
      return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
    }
    const subject = `interface ${index}`;
    throw osError({ code: "ENXIO", syscall: "if_indextoname", subject });
  },
};
