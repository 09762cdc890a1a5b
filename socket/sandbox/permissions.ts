import type { Inet6Address, InetAddress } from "../address.ts";

function quoted(host: string, port: number): string {
  return host.includes(":")
    ? `[${host.split("%")[0]}]:${port}`
    : `${host}:${port}`;
}

/** Whether the network may be used at a host and port; asks nobody. */
export function isGranted(host: string, port: number): boolean {
  return stateOf(host, port) === "granted";
}

function stateOf(host: string, port: number): Deno.PermissionState {
  return Deno.permissions.querySync({ name: "net", host: quoted(host, port) })
    .state;
}

/**
 * Demands a permission as Deno's own calls do: asks the user where there is
 * one, and throws Deno's own error where it is not granted. For calls of
 * `node:` that end the process instead.
 */
export function demand(host: string, port: number): void {
  if (isGranted(host, port)) return;
  const at = quoted(host, port);
  const { state } = Deno.permissions.requestSync({ name: "net", host: at });
  if (state === "granted") return;
  throw new Deno.errors.NotCapable(
    `Requires net access to "${at}", run again with the --allow-net flag`,
  );
}

/** Writes the one flag that grants all of these addresses. */
export function netFlag(
  addresses: readonly (InetAddress | Inet6Address)[],
): string {
  const hosts = addresses.map(([host, port]) => quoted(host, port));
  return `--allow-net=${[...new Set(hosts)].join(",")}`;
}
