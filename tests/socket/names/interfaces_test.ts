import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ifIndextoname,
  ifNameindex,
  ifNametoindex,
  OSError,
  PermissionError,
} from "../../../socket/mod.ts";
import {
  flagsIn,
  outcomeOf,
  type ThrownFields,
} from "../../support/program.ts";
import { needsPython, runPython } from "../../support/python.ts";

const linux = { ignore: Deno.build.os !== "linux" };

const calls = `
  const found = [];
  for (
    const call of [
      () => socket.ifNameindex(),
      () => socket.ifNametoindex("lo"),
      () => socket.ifNametoindex("no-such"),
      () => socket.ifNametoindex("longer-than-names-are"),
      () => socket.ifNametoindex(""),
      () => socket.ifIndextoname(1),
      () => socket.ifIndextoname(0),
      () => socket.ifIndextoname(4294967295),
    ]
  ) {
    try {
      found.push(call());
    } catch (error) {
      found.push([error.name, error.errno ?? null, error.strerror]);
    }
  }
  return found;
`;

Deno.test({
  name: "ifNameindex(), ifNametoindex() and ifIndextoname() agree with CPython",
  ignore: linux.ignore || needsPython.ignore,
  fn: async () => {
    const found = await outcomeOf(`{${calls}}`, ["--allow-all"]);
    const expected = JSON.parse(
      await runPython(`
import json, socket
found = []
for call, *args in [
    (socket.if_nameindex,), (socket.if_nametoindex, "lo"),
    (socket.if_nametoindex, "no-such"),
    (socket.if_nametoindex, "longer-than-names-are"),
    (socket.if_nametoindex, ""), (socket.if_indextoname, 1),
    (socket.if_indextoname, 0), (socket.if_indextoname, 4294967295),
]:
    try:
        found.append(call(*args))
    except OSError as error:
        found.append([type(error).__name__, error.errno, error.strerror or str(error)])
print(json.dumps(found))
`),
    );
    // Since Python 3.14 the missing name has an errno.
    const names = [2, 3, 4];
    for (const [index, value] of expected.entries()) {
      if (!names.includes(index)) {
        assertEquals((found as { value: unknown[] }).value[index], value);
      }
    }
    for (const index of names) {
      assertEquals((found as { value: unknown[] }).value[index], [
        "OSError",
        null,
        "no interface with this name",
      ]);
    }
  },
});

Deno.test({
  ...linux,
  name: "ifNametoindex() names the flags that make it work",
  fn: async () => {
    const call = `socket.ifNametoindex("lo")`;
    const error = await outcomeOf(call, []) as ThrownFields;
    assertEquals(
      error.message,
      'Cannot find interface "lo": permission denied (EACCES); run again with --allow-sys=networkInterfaces',
    );
    assertEquals(await outcomeOf(call, flagsIn(error.message)), { value: 1 });
    // One that Deno does not list may be there without an address.
    const other = `socket.ifNametoindex("no-such")`;
    const next = await outcomeOf(other, flagsIn(error.message)) as ThrownFields;
    assertEquals(next.code, "EACCES");
    assertEquals(flagsIn(next.message), ["--allow-all"]);
    const last = await outcomeOf(other, flagsIn(next.message)) as ThrownFields;
    assertEquals(
      last.message,
      'Cannot find interface "no-such": no interface with this name',
    );
  },
});

Deno.test({
  ...linux,
  name: "ifNameindex() and ifIndextoname() name the flags that make them work",
  fn: async () => {
    for (const call of ["socket.ifNameindex()", "socket.ifIndextoname(1)"]) {
      let flags: string[] = [];
      let result = await outcomeOf(call, flags);
      for (let tries = 0; "message" in (result as object); tries++) {
        assert(tries < 2, call);
        flags = flagsIn((result as ThrownFields).message);
        assertEquals(flags.length, 1);
        result = await outcomeOf(call, flags);
      }
    }
  },
});

Deno.test("ifIndextoname() and ifNametoindex() throw for an invalid index or name", () => {
  const error = assertThrows(() => ifIndextoname(0), OSError);
  assertEquals(error.code, "ENXIO");
  for (const index of [-1, 2 ** 32]) {
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
