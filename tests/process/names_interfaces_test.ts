import { assert, assertEquals } from "@std/assert";
import { flagsIn, outcomeOf, type ThrownFields } from "../support/program.ts";

const linux = { ignore: Deno.build.os !== "linux" };

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
