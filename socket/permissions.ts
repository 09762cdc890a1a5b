// Checks permissions and names the flags that grant them. A call that works
// without a permission must not make Deno prompt for it.

/** Tells whether a permission is granted, without asking for it. */
export function isGranted(permission: Deno.PermissionDescriptor): boolean {
  try {
    return Deno.permissions.querySync(permission).state === "granted";
  } catch {
    return false; // Deno does not accept this as a permission, so it is not granted
  }
}

/** Tells whether net access to a host, and to a port if given, is granted. */
export function isNetGranted(host: string, port?: number): boolean {
  return isGranted({ name: "net", host: netTarget(host, port) });
}

/** Tells whether a flag such as `--deny-net` refuses a permission. */
export function isDenied(permission: Deno.PermissionDescriptor): boolean {
  try {
    return Deno.permissions.querySync(permission).state === "denied";
  } catch {
    return false; // Deno does not accept this as a permission, so no flag can refuse it
  }
}

/** Tells whether `--deny-net` refuses a host, or a host and port. */
export function isNetDenied(host: string, port?: number): boolean {
  return isDenied({ name: "net", host: netTarget(host, port) });
}

/**
 * Requests net permission as Deno's own calls do: prompts on a terminal, and
 * throws NotCapable if it is not granted. For calls of `node:` modules, which
 * would end the process instead.
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
 * Reads a text file; `undefined` if there is none or the program may not read
 * it. Deno allows reading `/proc` and `/sys` only with all permissions granted,
 * which no permission query reports.
 */
export function readIfGranted(path: string): string | undefined {
  if (!isGranted({ name: "read", path })) return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/** Formats the flag that grants all of these hosts, each with one port or with all ports. */
export function netFlag(
  ...targets: readonly (readonly [host: string, port?: number, ...unknown[]])[]
): string {
  const hosts = targets.map(([host, port]) => netTarget(host, port));
  return `--allow-net=${[...new Set(hosts)].join(",")}`;
}

/** Formats the flags that grant Unix sockets at these paths, quoted for a shell. */
export function unixFlags(...paths: readonly string[]): string {
  // "" is an unnamed socket, which needs no flag for a file.
  const files = paths.filter((path) => path !== "" && !path.startsWith("\0"));
  // A comma ends a path, and nothing escapes it (Deno 2.9).
  const hasComma = files.some((path) => path.includes(","));
  const list = hasComma ? "" : `=${quoted(files.join(","))}`;
  const access = files.length > 0
    ? `--allow-read${list} --allow-write${list} `
    : "";
  // No flag can name an abstract address or a relative path (Deno 2.9).
  const isNameable = !hasComma && files.length === paths.length &&
    files.every((path) => /^(\/|[A-Za-z]:)/.test(path));
  const sockets = quoted(files.map((path) => `unix:${path}`).join(","));
  return isNameable
    ? `${access}--allow-net=${sockets}`
    : `${access}--allow-net`;
}

/** Quotes a value that a POSIX shell would split or expand. */
function quoted(value: string): string {
  return /^[\w@%+=:,.\/\\-]*$/.test(value)
    ? value
    : `'${value.replaceAll("'", "'\\''")}'`;
}

/**
 * Formats host and port for a permission, without the scope, which permissions
 * do not support: `[fe80::1]:80`.
 */
function netTarget(host: string, port?: number): string {
  const bare = host.includes(":") ? `[${host.split("%")[0]}]` : host;
  return port === undefined ? bare : `${bare}:${port}`;
}
