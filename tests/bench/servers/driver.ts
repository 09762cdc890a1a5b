// Makes the POSIX driver the program's if the task says so.

import { setDefaultDriver } from "../../../socket/mod.ts";
import { task } from "./task.ts";

if (task.driver === "posix") {
  const { posix } = await import("../../../socket/posix/mod.ts");
  setDefaultDriver(posix);
}
