// The tests of the servers once more, on the POSIX driver: socketserver runs on it
// unchanged.
import { againOnPosix } from "../support/posix_again.ts";

await againOnPosix(
  () => import("./base_request_handler_test.ts"),
  () => import("./base_server_test.ts"),
  () => import("./closing_test.ts"),
  () => import("./datagram_request_handler_test.ts"),
  () => import("./disposal_test.ts"),
  () => import("./events_test.ts"),
  () => import("./handler_function_test.ts"),
  () => import("./options_test.ts"),
  () => import("./request_timeout_test.ts"),
  () => import("./requests_test.ts"),
  () => import("./room_test.ts"),
  () => import("./shutdown_steps_test.ts"),
  () => import("./shutdown_test.ts"),
  () => import("./ssl_handshake_test.ts"),
  () => import("./tls_test.ts"),
  () => import("./stop_test.ts"),
  () => import("./stream_request_handler_test.ts"),
  () => import("./tcp_server_test.ts"),
  () => import("./threading_test.ts"),
  () => import("./udp_server_test.ts"),
  () => import("./unix_server_test.ts"),
);
