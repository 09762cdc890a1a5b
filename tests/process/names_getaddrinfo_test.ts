import { assert, assertEquals } from "@std/assert";
import {
  AF_INET6,
  AI_ADDRCONFIG,
  IPPROTO_TCP,
  NI_NAMEREQD,
  SOCK_STREAM,
} from "../../socket/mod.ts";
import { flagsIn, outcomeOf, type ThrownFields } from "../support/program.ts";

const linux = Deno.build.os === "linux";

Deno.test("getaddrinfo() names the flags that make AI_ADDRCONFIG work", async () => {
  const call =
    `socket.getaddrinfo("127.0.0.1", 80, { type: 1, flags: ${AI_ADDRCONFIG} })`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals(error.name, "PermissionError");
  assertEquals(flagsIn(error.message), ["--allow-sys=networkInterfaces"]);
  const result = await outcomeOf(call, flagsIn(error.message));
  assert(
    "value" in (result as object) || (result as ThrownFields).errno === -2,
  );
});

Deno.test("getaddrinfo() names the flags of which each allows a name", {
  ignore: !linux,
}, async () => {
  const call = `socket.getaddrinfo("name.invalid", 80)`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals([error.name, error.code], ["PermissionError", "EACCES"]);
  const flags = flagsIn(error.message);
  assertEquals(flags[0], "--allow-net=name.invalid");
  assertEquals(flags.length, 2);
  for (const flag of flags) {
    const answer = await outcomeOf(call, [flag]) as ThrownFields;
    // What the network says is not this test's business, if it may say it.
    assertEquals(answer.name, "gaierror", flag);
  }
});

Deno.test("getaddrinfo() reads an interface's name as a scope where it may", {
  ignore: !linux,
}, async () => {
  const call = `socket.getaddrinfo("fe80::1%lo", 80, { type: 1 })`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals(error.name, "PermissionError");
  assertEquals(await outcomeOf(call, flagsIn(error.message)), {
    value: [[AF_INET6, SOCK_STREAM, IPPROTO_TCP, "", ["fe80::1", 80, 0, 1]]],
  });
  // "lo" is not a scope of an address outside its link.
  const other = `socket.getaddrinfo("::1%lo", 80)`;
  const none = await outcomeOf(other, ["--allow-all"]) as ThrownFields;
  assertEquals(none.code, "EAI_NONAME");
});

Deno.test("getnameinfo() names the flags of which each allows an address", {
  ignore: !linux,
}, async () => {
  const call = `socket.getnameinfo(["127.0.0.1", 80], ${NI_NAMEREQD})`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals(error.name, "PermissionError");
  const flags = flagsIn(error.message);
  assertEquals(flags[0], "--allow-net=127.0.0.1");
  assertEquals(flags.length, 2);
  for (const flag of flags) {
    const answer = await outcomeOf(call, [flag]) as ThrownFields;
    assert(answer.name !== "PermissionError", flag);
  }
});
