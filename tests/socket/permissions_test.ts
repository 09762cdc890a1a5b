import { assertEquals } from "@std/assert";
import {
  isGranted,
  readIfGranted,
  unixFlags,
} from "../../socket/permissions.ts";

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

Deno.test("unixFlags() writes paths as a shell takes them", () => {
  assertEquals(
    unixFlags("/tmp/a b", "/tmp/it's"),
    "--allow-read='/tmp/a b,/tmp/it'\\''s' --allow-write='/tmp/a b,/tmp/it'\\''s' --allow-net='unix:/tmp/a b,unix:/tmp/it'\\''s'",
  );
  assertEquals(
    unixFlags("/tmp/plain"),
    "--allow-read=/tmp/plain --allow-write=/tmp/plain --allow-net=unix:/tmp/plain",
  );
});

Deno.test("unixFlags() names no path with a comma, which no flag can have", () => {
  assertEquals(
    unixFlags("/tmp/a,b"),
    "--allow-read --allow-write --allow-net",
  );
});
