// Makes the POSIX driver the program's if its last argument says so.

import { setDefaultDriver } from "../../../socket/mod.ts";

if (Deno.args.at(-1) === "posix") {
  const { posix } = await import("../../../socket/posix/mod.ts");
  setDefaultDriver(posix);
}
