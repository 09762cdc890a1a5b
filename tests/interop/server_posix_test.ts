// The servers and CPython once more, on the POSIX driver.
import { againOnPosix } from "../support/posix_again.ts";

await againOnPosix(
  () => import("./server_accept_errors_test.ts"),
  () => import("./server_attributes_test.ts"),
  () => import("./server_cpython_client_test.ts"),
  () => import("./server_cpython_server_test.ts"),
  () => import("./server_datagram_faults_test.ts"),
  () => import("./server_datagram_handler_test.ts"),
  () => import("./server_faults_test.ts"),
  () => import("./server_ssl_test.ts"),
  () => import("./server_steps_test.ts"),
);
