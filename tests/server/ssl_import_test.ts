import { importsOf, read, resolve } from "../house/source.ts";
import { assertEquals } from "@std/assert";

Deno.test("importing the servers, and all that they import, loads nothing of ssl", () => {
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { specifier, typeOnly, dynamic } of importsOf(read(path))) {
      if (typeOnly || dynamic || !specifier.startsWith(".")) continue;
      visit(resolve(path, specifier));
    }
  };
  visit("server/mod.ts");
  assertEquals(seen.has("server/tls.ts"), true);
  assertEquals([...seen].filter((path) => path.startsWith("socket/ssl/")), []);
});
