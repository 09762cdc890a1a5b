import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  getfqdn,
  gethostbyaddr,
  gethostbyname,
  gethostbynameEx,
  gethostname,
  OSError,
  PermissionError,
  sethostname,
} from "../../../socket/mod.ts";

Deno.test(
  "gethostbyname() and gethostbynameEx() read numbers without any permission",
  {
    permissions: "none",
  },
  async () => {
    assertEquals(await gethostbyname("127.1"), "127.0.0.1");
    assertEquals(await gethostbyname(""), "0.0.0.0");
    assertEquals(await gethostbyname("<broadcast>"), "255.255.255.255");
    assertEquals(await gethostbyname("localhost"), "127.0.0.1");
    assertEquals(await gethostbynameEx("127.1"), ["127.1", [], ["127.0.0.1"]]);
  },
);

Deno.test("gethostbyname(), gethostbyaddr() and getfqdn() throw TypeError for a value that is not a C string", async () => {
  for (const name of ["a\0", 5, null]) {
    const wrong = name as string;
    await assertRejects(() => gethostbyname(wrong), TypeError);
    await assertRejects(() => gethostbynameEx(wrong), TypeError);
    await assertRejects(() => gethostbyaddr(wrong), TypeError);
    await assertRejects(() => getfqdn(wrong), TypeError);
  }
});

Deno.test(
  "getfqdn() throws PermissionError and does not take it for a missing name",
  {
    permissions: "none",
  },
  async () => {
    const error = await assertRejects(
      () => getfqdn("127.0.0.1"),
      PermissionError,
    );
    assert(error.message.includes("--allow-net=127.0.0.1 "), error.message);
    await assertRejects(() => getfqdn(), PermissionError);
  },
);

Deno.test("sethostname() throws for an invalid name", () => {
  const error = assertThrows(() => sethostname("x".repeat(65)), OSError);
  assertEquals(error.code, "EINVAL");
  for (const name of ["a\nb", "a\0b"]) {
    const error = assertThrows(() => sethostname(name), OSError);
    assertEquals(error.code, "EOPNOTSUPP");
  }
  assertThrows(() => sethostname(5 as unknown as string), TypeError);
});

Deno.test("gethostname() asks the driver that it was given", () => {
  const driver = { machine: { gethostname: () => "simulated" } } as never;
  assertEquals(gethostname({ driver }), "simulated");
});
