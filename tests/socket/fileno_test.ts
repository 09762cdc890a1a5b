import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { endpointBehind } from "../../socket/fileno.ts";
import { OSError, socket } from "../../socket/mod.ts";
import { endpointOf, type Socket } from "../../socket/socket.ts";
import { hasPosix, posix } from "../support/posix.ts";

function under(s: unknown) {
  return endpointOf(s as Socket, "poll");
}

Deno.test("endpointBehind() returns the endpoint of the socket that the object asks, though its driver has no numbers", () => {
  using s = socket();
  assertStrictEquals(endpointBehind({ fileno: () => s.fileno() }), under(s));
  assertStrictEquals(endpointBehind(s), under(s));
});

Deno.test({
  name:
    "endpointBehind() returns the endpoint whose number is returned, and no other that was asked [POSIX]",
  ignore: !hasPosix,
  fn() {
    using one = socket(undefined, undefined, 0, { driver: posix });
    using other = socket(undefined, undefined, 0, { driver: posix });
    assertStrictEquals(
      endpointBehind({ fileno: () => one.fileno() }),
      under(one),
    );
    const fd = one.fileno();
    const found = endpointBehind({
      fileno() {
        other.fileno();
        return fd;
      },
    });
    assertEquals(found, fd);
  },
});

Deno.test("endpointBehind() returns the number of an object that asks no socket, and -1 of one whose socket is closed", () => {
  assertEquals(endpointBehind({ fileno: () => 7 }), 7);
  const s = socket();
  s.close();
  assertEquals(endpointBehind({ fileno: () => s.fileno() }), -1);
});

Deno.test("endpointBehind() throws what the object throws", () => {
  const error = new OSError(9, "mine");
  const throwing = () => {
    throw error;
  };
  assertStrictEquals(
    assertThrows(() => endpointBehind({ fileno: throwing })),
    error,
  );
});
