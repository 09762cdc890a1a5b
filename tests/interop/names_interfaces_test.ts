import { assertEquals } from "@std/assert";
import { outcomeOf } from "../support/program.ts";
import { needsPython, runPython } from "../support/python.ts";

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
