import { equals } from "@std/bytes/equals";
import type { Address } from "../../../socket/address.ts";
import { osError } from "../../../socket/errors.ts";

/**
 * Returns the address that a handler may send a datagram to: the client's own or, if
 * the handlers have permissions of their own, another one that those grant.
 *
 * The parent's socket sends, so that Deno asks for the parent's permission only.
 *
 * @throws {PermissionError} EACCES for every other address.
 */
export function reach(
  to: unknown,
  client: unknown,
  permissions: Deno.PermissionOptions | undefined,
): Address {
  if (isSame(to, client)) return client as Address;
  if (permissions === undefined || permissions === "inherit") {
    return to as Address;
  }
  if (permissions !== "none" && isGranted(to, permissions)) {
    return to as Address;
  }
  throw osError({
    code: "EACCES",
    syscall: "send",
    subject: "to any other than the client",
    hint: "the permissions of the handlers do not grant it",
  });
}

/** Whether two addresses have the same host and port, or path. */
function isSame(to: unknown, client: unknown): boolean {
  if (Array.isArray(to) && Array.isArray(client)) {
    return to[0] === client[0] && to[1] === client[1];
  }
  if (to instanceof Uint8Array && client instanceof Uint8Array) {
    return equals(to, client);
  }
  return typeof to === "string" && to === client;
}

function isGranted(
  to: unknown,
  { net, read, write }: Deno.PermissionOptionsObject,
): boolean {
  if (Array.isArray(to)) {
    const [host, port] = to;
    const name = String(host).includes(":") ? `[${host}]` : `${host}`;
    return has(net, name) || has(net, `${name}:${port}`);
  }
  // A path; an abstract name is granted by `net` for all only.
  return typeof to === "string" && has(net, `unix:${to}`) &&
    has(read, to) && has(write, to);
}

/** Whether a permission covers something, by its exact name. */
function has(
  permission: Deno.PermissionOptionsObject["net" | "read"],
  name: string,
): boolean {
  return Array.isArray(permission)
    ? permission.some((granted) => String(granted) === name)
    : permission === true || permission === "inherit";
}
