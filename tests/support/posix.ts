import { assertEquals } from "@std/assert";
import { ownerOf } from "../../socket/posix/descriptor.ts";
import { posix } from "../../socket/posix/mod.ts";

export { posix };

/** Whether the POSIX driver knows this system. */
export const hasPosix: boolean = Deno.build.os === "linux";

// More than a test file opens at a time.
const MOST = 4096;

if (hasPosix) {
  // Opens libc, which in a test would count as a leak.
  posix.machine.gethostname();
  // Deno's sanitizers know nothing of descriptors.
  Deno.test.afterAll(() => {
    const open = Array.from({ length: MOST }, (_, fd) => fd)
      .filter((fd) => ownerOf(fd) !== undefined);
    assertEquals(open, [], "Close these sockets");
  });
}
