import { assertEquals, assertThrows } from "@std/assert";
import { OSError } from "../../../socket/errors.ts";
import { loadPem } from "../../../socket/ssl/load.ts";

const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

Deno.test({
  name: "loadPem() takes text and bytes as they are, without a permission",
  permissions: "none",
  fn() {
    assertEquals(loadPem("certificate", pem), pem);
    assertEquals(loadPem("key", `junk\n${pem}`), `junk\n${pem}`);
    assertEquals(loadPem("key", new TextEncoder().encode(pem)), pem);
    assertEquals(loadPem("key", new Uint8Array()), "");
  },
});

Deno.test("loadPem() reads files by path or URL", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, pem);
  assertEquals(loadPem("certificate", path), pem);
  assertEquals(loadPem("certificate", new URL(`file://${path}`)), pem);
  await Deno.remove(path);
});

Deno.test("loadPem() gives the system's errors for files, and names them", () => {
  const missing = assertThrows(() => loadPem("key", "/none/key.pem"), OSError);
  assertEquals([missing.name, missing.code], ["FileNotFoundError", "ENOENT"]);
  assertEquals(missing.message.includes('key "/none/key.pem"'), true);
  const folder = assertThrows(() => loadPem("key", "/"), OSError);
  assertEquals([folder.name, folder.code], ["IsADirectoryError", "EISDIR"]);
});

Deno.test({
  name: "loadPem() names the permission that is missing",
  permissions: "none",
  fn() {
    const error = assertThrows(() => loadPem("key", "/a/key.pem"), OSError);
    assertEquals([error.name, error.code], ["PermissionError", "EACCES"]);
    assertEquals(
      error.message.endsWith("run again with --allow-read=/a/key.pem"),
      true,
      error.message,
    );
  },
});

Deno.test("loadPem() refuses what is neither", () => {
  for (const wrong of [1, null, {}, []]) {
    assertThrows(
      () => loadPem("key", wrong as never),
      TypeError,
      "Cannot load",
    );
  }
});
