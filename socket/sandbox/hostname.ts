import { osError } from "../errors.ts";
import { isGranted, readIfGranted } from "../permissions.ts";
import { unsupported } from "../endpoint/refusals.ts";
import { translate } from "./errors.ts";

const KERNEL = "/proc/sys/kernel/hostname";

/**
 * Gives the name of this machine: what the kernel says, or what it was given
 * at its start where only that file may be read.
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

/** Names this machine, on Linux, through the kernel's own file. */
export function sethostname(name: string): void {
  const fields = { syscall: "sethostname", subject: "the host name" };
  // The file ends a name at the end of the line and cuts a longer one.
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
        // Deno lets nothing under /proc be written with less.
        hint: "run again with --allow-all",
        cause: error,
      });
    }
    // What sethostname(2) says to who is not the superuser.
    throw error instanceof Deno.errors.PermissionDenied
      ? osError({ ...fields, code: "EPERM", cause: error })
      : translate(error, fields);
  }
}
