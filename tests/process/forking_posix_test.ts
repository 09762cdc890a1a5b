// The tests of forking servers once more, on the POSIX driver: a Worker gets the
// descriptor itself, where it has all permissions.
import { setDefaultDriver } from "../../socket/mod.ts";
import { hasPosix, posix } from "../support/posix.ts";

if (hasPosix) {
  setDefaultDriver(posix);
  await import("./forking_crash_test.ts");
  await import("./forking_datagram_test.ts");
  await import("./forking_life_test.ts");
  await import("./forking_room_test.ts");
  await import("./forking_stream_test.ts");
  await import("./forking_test.ts");
}
