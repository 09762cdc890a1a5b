import { platform } from "../constants/platform.ts";
import type { InterfaceName } from "../driver.ts";
import { OSError, osError, type OSErrorFields } from "../errors.ts";
import { isGranted, readIfGranted } from "../permissions.ts";
import { unsupported } from "../endpoint/refusals.ts";
import { translate } from "./errors.ts";

// This file lists every interface. Deno allows reading it only with all
// permissions granted.
const LINUX = "/sys/class/net";
const IFNAMSIZ = 16;

/** Lists all interfaces from the kernel; `undefined` if the program may not read them. */
function fromKernel(): InterfaceName[] | undefined {
  if (!isGranted({ name: "read", path: LINUX })) return undefined;
  try {
    const all: InterfaceName[] = [];
    for (const { name } of Deno.readDirSync(LINUX)) {
      const index = readIfGranted(`${LINUX}/${name}/ifindex`);
      if (index !== undefined) all.push([Number(index), name]);
    }
    return all.sort(([one], [other]) => one - other);
  } catch {
    return undefined;
  }
}

/**
 * Lists Deno's interfaces, which are those with an address. Deno reveals an
 * index only as the scope of an IPv6 link-local address; the first loopback
 * interface has index 1 on every known system.
 */
function fromDeno(
  fields: OSErrorFields,
): Map<string, number | undefined> {
  let all: Deno.NetworkInterfaceInfo[];
  try {
    all = Deno.networkInterfaces();
  } catch (error) {
    throw translate(error, fields);
  }
  const indexes = new Map<string, number | undefined>();
  for (const { name, address, scopeid } of all) {
    const index = address === "127.0.0.1" ? 1 : scopeid || undefined;
    indexes.set(name, indexes.get(name) ?? index);
  }
  return indexes;
}

/** Creates the error for an index that Deno does not reveal. */
function unknownIndex(fields: OSErrorFields): OSError {
  return platform === "linux"
    ? osError({
      ...fields,
      code: "EACCES",
      hint: "run again with --allow-all",
    })
    : unsupported({ ...fields, code: "EOPNOTSUPP" });
}

/** Lists the interfaces in the order of their indexes. */
export function ifNameindex(): InterfaceName[] {
  const fields = { syscall: "if_nameindex", subject: "the interfaces" };
  const all = fromKernel();
  if (all !== undefined) return all;
  return Array.from(fromDeno(fields), ([name, index]): InterfaceName => {
    if (index !== undefined) return [index, name];
    throw unknownIndex({ ...fields, subject: `interface "${name}"` });
  }).sort(([one], [other]) => one - other);
}

export function ifNametoindex(name: string): number {
  const fields = { syscall: "if_nametoindex", subject: `interface "${name}"` };
  const none = () =>
    new OSError({ ...fields, state: "no interface with this name" });
  if (name === "" || new TextEncoder().encode(name).length >= IFNAMSIZ) {
    throw none();
  }
  const all = fromKernel();
  if (all !== undefined) {
    const found = all.find((one) => one[1] === name);
    if (found === undefined) throw none();
    return found[0];
  }
  const index = fromDeno(fields).get(name);
  if (index === undefined) throw unknownIndex(fields);
  return index;
}

export function ifIndextoname(index: number): string {
  const fields = { syscall: "if_indextoname", subject: `interface ${index}` };
  const none = () => osError({ ...fields, code: "ENXIO" });
  if (index === 0) throw none();
  const all = fromKernel();
  if (all !== undefined) {
    const found = all.find((one) => one[0] === index);
    if (found === undefined) throw none();
    return found[1];
  }
  for (const [name, each] of fromDeno(fields)) {
    if (each === index) return name;
  }
  throw unknownIndex(fields);
}
