// What the program may do, and the flags that would let it. A call that can do
// without a permission must not make Deno ask for it.

/** Tells whether a permission is granted, without asking for it. */
export function isGranted(permission: Deno.PermissionDescriptor): boolean {
  try {
    return Deno.permissions.querySync(permission).state === "granted";
  } catch {
    return false; // what Deno cannot take as a permission, it does not grant
  }
}

/** Tells whether the network may be used at a host, and a port where one is given. */
export function isNetGranted(host: string, port?: number): boolean {
  return isGranted({ name: "net", host: netTarget(host, port) });
}

/**
 * Requests a permission as Deno's own calls do: asks the user where there is
 * one, and throws Deno's own error where it is not granted. For calls of
 * `node:` that end the process instead.
 */
export function requestNet(host: string, port: number): void {
  if (isNetGranted(host, port)) return;
  const target = netTarget(host, port);
  const { state } = Deno.permissions.requestSync({ name: "net", host: target });
  if (state === "granted") return;
  throw new Deno.errors.NotCapable(
    `Requires net access to "${target}", run again with the --allow-net flag`,
  );
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

/** Writes the one flag that grants all of these hosts, each with a port or with any. */
export function netFlag(
  ...targets: readonly (readonly [host: string, port?: number, ...unknown[]])[]
): string {
  const hosts = targets.map(([host, port]) => netTarget(host, port));
  return `--allow-net=${[...new Set(hosts)].join(",")}`;
}

/** Writes the flags that grant Unix sockets at these paths. */
export function unixFlags(...paths: readonly string[]): string {
  // "" is a socket without a name, which needs no flag for a file.
  const files = paths.filter((path) => path !== "" && !path.startsWith("\0"));
  const list = files.join(",");
  const access = list && `--allow-read=${list} --allow-write=${list} `;
  // No flag can name an abstract address or a relative path (Deno 2.9).
  const isNameable = files.length === paths.length &&
    files.every((path) => /^(\/|[A-Za-z]:)/.test(path));
  return isNameable
    ? `${access}--allow-net=${files.map((path) => `unix:${path}`).join(",")}`
    : `${access}--allow-net`;
}

/** Writes host and port as permissions have them, which know no scope: `[fe80::1]:80`. */
function netTarget(host: string, port?: number): string {
  const bare = host.includes(":") ? `[${host.split("%")[0]}]` : host;
  return port === undefined ? bare : `${bare}:${port}`;
}
