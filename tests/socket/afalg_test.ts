import { assertEquals, assertThrows } from "@std/assert";
import { afalgAncillary } from "../../socket/afalg.ts";
import {
  AF_ALG,
  AF_INET,
  ALG_SET_AEAD_ASSOCLEN,
  ALG_SET_IV,
  ALG_SET_OP,
  OSError,
  SOL_ALG,
} from "../../socket/mod.ts";

Deno.test({
  name: "afalgAncillary() makes CPython's control messages, in its order",
  ignore: Deno.build.os !== "linux",
  fn() {
    const iv = Uint8Array.of(9, 8, 7);
    const got = afalgAncillary(AF_ALG, { op: 1, iv, assoclen: 258 });
    const parts = got.map(([level, type, data]) => [level, type, [...data]]);
    assertEquals(parts as unknown, [
      [SOL_ALG, ALG_SET_OP, [1, 0, 0, 0]],
      [SOL_ALG, ALG_SET_IV, [3, 0, 0, 0, 9, 8, 7]],
      [SOL_ALG, ALG_SET_AEAD_ASSOCLEN, [2, 1, 0, 0]],
    ]);
  },
});

Deno.test("afalgAncillary() refuses another family and a wrong operation", () => {
  assertThrows(() => afalgAncillary(AF_INET, { op: 0 }), OSError, "AF_ALG");
  const missing = {} as { op: number };
  assertThrows(() => afalgAncillary(AF_ALG, missing), TypeError, "operation");
  assertThrows(() => afalgAncillary(AF_ALG, { op: -1 }), RangeError);
});
