import { osError } from "../errors.ts";
import { isGranted, readIfGranted } from "../permissions.ts";
import { unsupported } from "../endpoint/refusals.ts";
import { translate } from "./errors.ts";

const KERNEL = "/proc/sys/kernel/hostname";

/**
 * Returns this machine's name from the kernel or, if the program may read only
 * that, from the file that sets the name at boot.
 */
export function gethostname(): string {
  const fields = { syscall: "gethostname", subject: "the host name" };
  if (!isGranted({ name: "sys", kind: "hostname" })) {
    const name = readIfGranted("/etc/hostname")?.split("\n")
      .map((line) => line.trim())
      .find((line) => line !== "" && !line.startsWith("#"));
    if (name !== undefined) return name;
  }
  try {
    return Deno.hostname();
  } catch (error) {
    throw translate(error, fields);
  }
}

/** Sets this machine's name by writing to Linux's /proc. */
export function sethostname(name: string): void {
  const fields = { syscall: "sethostname", subject: "the host name" };
  // The kernel would truncate the name at a line break, and a name that is too
  // long.
  if (/[\0\n]/.test(name)) throw unsupported({ ...fields, code: "EOPNOTSUPP" });
  if (new TextEncoder().encode(name).length > 64) {
    throw osError({ ...fields, code: "EINVAL" });
  }
  try {
    Deno.writeTextFileSync(KERNEL, `${name}\n`, { create: false });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw unsupported({ ...fields, code: "EOPNOTSUPP", cause: error });
    }
    if (error instanceof Deno.errors.NotCapable) {
      throw osError({
        ...fields,
        code: "EACCES",
        // Deno 2.9 needs every permission to write a file under /proc.
        hint: "run again with --allow-all",
        cause: error,
      });
    }
    // sethostname(2) fails with this error for any user but root.
    throw error instanceof Deno.errors.PermissionDenied
      ? osError({ ...fields, code: "EPERM", cause: error })
      : translate(error, fields);
  }
}
