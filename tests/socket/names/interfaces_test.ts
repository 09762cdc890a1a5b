import { assertEquals, assertThrows } from "@std/assert";
import {
  ifIndextoname,
  ifNameindex,
  ifNametoindex,
  OSError,
  PermissionError,
} from "../../../socket/mod.ts";

Deno.test("ifIndextoname() and ifNametoindex() throw for an invalid index or name", () => {
  const error = assertThrows(() => ifIndextoname(0), OSError);
  assertEquals(error.code, "ENXIO");
  for (const index of [-1, 2 ** 32, 2 ** 64]) {
    assertThrows(() => ifIndextoname(index), RangeError, "the index");
  }
  for (const index of ["1", 1.5, null]) {
    assertThrows(() => ifIndextoname(index as number), TypeError, "the index");
  }
  for (const name of ["lo\0", 1, null]) {
    assertThrows(() => ifNametoindex(name as string), TypeError, "the name");
  }
});

Deno.test("ifNameindex() does not prompt for a permission [sandboxed]", {
  permissions: { read: true },
}, () => {
  const error = assertThrows(() => ifNameindex(), PermissionError);
  assertEquals(error.errno, 13);
});
