// The tests of the servers once more, on the POSIX driver: socketserver runs on it
// unchanged.
import { setDefaultDriver } from "../../socket/mod.ts";
import { hasPosix, posix } from "../support/posix.ts";

if (hasPosix) {
  setDefaultDriver(posix);
  await import("./base_server_test.ts");
  await import("./closing_test.ts");
  await import("./datagram_request_handler_test.ts");
  await import("./disposal_test.ts");
  await import("./events_test.ts");
  await import("./options_test.ts");
  await import("./request_timeout_test.ts");
  await import("./requests_test.ts");
  await import("./room_test.ts");
  await import("./shutdown_steps_test.ts");
  await import("./shutdown_test.ts");
  await import("./stop_test.ts");
  await import("./stream_request_handler_test.ts");
  await import("./tcp_server_test.ts");
  await import("./threading_test.ts");
  await import("./udp_server_test.ts");
  await import("./unix_server_test.ts");
}
