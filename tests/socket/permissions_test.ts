import { assertEquals } from "@std/assert";
import { isGranted, readIfGranted } from "../../socket/permissions.ts";

const path = new URL(import.meta.url);
const fromUrl = decodeURIComponent(path.pathname);

Deno.test("isGranted() and readIfGranted() ask for nothing", {
  permissions: "none",
}, () => {
  assertEquals(isGranted({ name: "read", path }), false);
  assertEquals(readIfGranted(fromUrl), undefined);
});

Deno.test(
  "isGranted() takes what Deno knows no permission for as not granted",
  {
    permissions: { net: ["127.0.0.1"] },
  },
  () => {
    assertEquals(isGranted({ name: "net", host: "::1" }), false);
  },
);

Deno.test("readIfGranted() reads what is there", () => {
  const text = readIfGranted(fromUrl);
  assertEquals(text?.startsWith("import"), true);
  assertEquals(readIfGranted("/no/such/file"), undefined);
});

Deno.test("readIfGranted() gives nothing where Deno wants every permission", () => {
  // Deno 2.9 says that it is granted.
  assertEquals(readIfGranted("/proc/sys/kernel/hostname"), undefined);
});
