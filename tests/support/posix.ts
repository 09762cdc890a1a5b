import { posix } from "../../socket/posix/mod.ts";

export { posix };

/** Whether the POSIX driver knows this system. */
export const hasPosix: boolean = Deno.build.os === "linux";

// Opens libc, which in a test would count as a leak.
if (hasPosix) posix.machine.gethostname();
