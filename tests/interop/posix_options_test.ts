// Options that are set here and read by CPython from the same socket, which it
// inherits; and the other way round.

import { assertEquals, assertNotEquals } from "@std/assert";
import type { Socket } from "../../socket/mod.ts";
import { needsBoth } from "./posix/needs.ts";
import { optionProbes } from "./posix/option_probes.ts";
import { type Option, options } from "./posix/options.ts";
import { open } from "./posix/peer.ts";
import { complaints } from "./posix/probe.ts";
import { isRoot } from "./posix/root.ts";
import { share } from "./posix/share.ts";

/** Reads an option as its value in the table is written. */
function read(s: Socket, { level, option, value }: Option): number | string {
  return typeof value === "number"
    ? s.getsockopt(level, option)
    : s.getsockopt(level, option, 64).toHex();
}

for (const [name, row] of Object.entries(options)) {
  const { kind, level, option, value, read: expected = value } = row;
  const needs = { ignore: needsBoth.ignore || (row.root && !isRoot) };

  Deno.test({
    ...needs,
    name: `setsockopt() sets ${name} as CPython reads it [POSIX]`,
    async fn() {
      await using s = open(...kind);
      assertNotEquals(read(s, row), expected);
      s.setsockopt(
        level,
        option,
        typeof value === "number" ? value : Uint8Array.fromHex(value),
      );
      const printed = await share(
        s,
        `
level, option, is_number = args
value = s.getsockopt(level, option, 64)
print(json.dumps([int.from_bytes(value, "little") if is_number else value.hex(), s.getsockopt(level, option) if is_number else None]))
`,
        level,
        option,
        typeof value === "number",
      );
      const number = typeof value === "number" ? expected : null;
      assertEquals(JSON.parse(printed), [expected, number]);
      assertEquals(read(s, row), expected);
    },
  });

  Deno.test({
    ...needs,
    name: `getsockopt() reads ${name} as CPython sets it [POSIX]`,
    async fn() {
      await using s = open(...kind);
      const before = read(s, row);
      const printed = await share(
        s,
        `
level, option, value, is_number = args
print(s.getsockopt(level, option) if is_number else s.getsockopt(level, option, 64).hex())
s.setsockopt(level, option, value if is_number else bytes.fromhex(value))
`,
        level,
        option,
        value,
        typeof value === "number",
      );
      assertEquals(printed.trim(), String(before));
      assertEquals(read(s, row), expected);
    },
  });
}

for (const [name, probes] of Object.entries(optionProbes)) {
  Deno.test({
    ...needsBoth,
    name: `getsockopt() and setsockopt() end as CPython's: ${name} [POSIX]`,
    async fn() {
      assertEquals(await complaints(probes), []);
    },
  });
}
