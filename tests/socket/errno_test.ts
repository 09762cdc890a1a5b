import { assert, assertEquals, assertThrows } from "@std/assert";
import { errno, socket } from "../../mod.ts";

Deno.test("errno has the numbers that errors have", () => {
  using s = socket.socket();
  s.close();
  const error = assertThrows(() => s.listen(), socket.OSError);
  assertEquals(error.errno, errno.EBADF);
  assertEquals(errno.errorcode[error.errno!], error.code);
});

Deno.test("errno.errorcode has each code's number, and not -1", () => {
  const { errorcode, ...numbers } = errno;
  for (const [code, number] of Object.entries(numbers)) {
    if (number === -1) continue;
    assertEquals(errno[errorcode[number]], number, code);
  }
  assertEquals(errorcode[-1], undefined);
  assertEquals(errno.errorcode, errorcode);
});

Deno.test("errno cannot be changed", () => {
  for (const table of [errno, errno.errorcode]) assert(Object.isFrozen(table));
});
