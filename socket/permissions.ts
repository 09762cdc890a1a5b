// Reading what may be read already: a call that can do without a file must not
// make Deno ask for it.

/** Tells whether a permission is granted, without asking for it. */
export function isGranted(permission: Deno.PermissionDescriptor): boolean {
  try {
    return Deno.permissions.querySync(permission).state === "granted";
  } catch {
    return false; // what Deno cannot take as a permission, it does not grant
  }
}

/**
 * Reads a text file; `undefined` if there is none or it may not be read. Deno
 * lets `/proc` and `/sys` be read with every permission granted only, which no
 * query tells.
 */
export function readIfGranted(path: string): string | undefined {
  if (!isGranted({ name: "read", path })) return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
