// The tests of forking servers once more, on the POSIX driver: a Worker gets the
// descriptor itself, where it has all permissions.
import { againOnPosix } from "../support/posix_again.ts";

await againOnPosix(
  () => import("./forking_crash_test.ts"),
  () => import("./forking_datagram_test.ts"),
  () => import("./forking_hostile_test.ts"),
  () => import("./forking_life_test.ts"),
  () => import("./forking_module_test.ts"),
  () => import("./forking_permissions_test.ts"),
  () => import("./forking_room_test.ts"),
  () => import("./forking_ssl_test.ts"),
  () => import("./forking_stream_test.ts"),
  () => import("./forking_test.ts"),
  () => import("./server_exit_test.ts"),
  () => import("./server_report_test.ts"),
);
