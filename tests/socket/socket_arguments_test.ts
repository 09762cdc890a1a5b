import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  MSG_PEEK,
  SO_KEEPALIVE,
  SO_TYPE,
  type Socket,
  socket,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { failure } from "./failure.ts";

/** A call with an argument that no type would let through. */
type Call = (s: Socket, argument: never) => unknown;

const room = () => new Uint8Array(4);

const sizes: Readonly<Record<string, Call>> = {
  "recv()": (s, size) => s.recv(size),
  "recvInto()": (s, size) => s.recvInto(room(), size),
  "recvfrom()": (s, size) => s.recvfrom(size),
  "recvfromInto()": (s, size) => s.recvfromInto(room(), size),
  "recvmsg()": (s, size) => s.recvmsg(size),
  "recvmsg()'s ancillary part": (s, size) => s.recvmsg(1, size),
  "recvmsgInto()'s ancillary part": (s, size) => s.recvmsgInto([room()], size),
};
for (const [name, call] of Object.entries(sizes)) {
  Deno.test(`Socket.${name} refuses a size that is negative or no integer`, async () => {
    using s = socket();
    for (const size of [-1, -(2 ** 40), 2 ** 60]) {
      const error = await failure(() => call(s, size as never));
      assertEquals(error.name, "RangeError", error.message);
    }
    for (const size of [0.5, NaN, Infinity, "8", null, 8n]) {
      const error = await failure(() => call(s, size as never));
      assertEquals(error.name, "TypeError", error.message);
    }
  });
}

const sends: Readonly<Record<string, Call>> = {
  "send()": (s, data) => s.send(data),
  "sendall()": (s, data) => s.sendall(data),
  "sendto()": (s, data) => s.sendto(data, ["127.0.0.1", 1]),
  "sendmsg()": (s, data) => s.sendmsg([data]),
};
for (const [name, call] of Object.entries(sends)) {
  Deno.test(`Socket.${name} of a string says how to encode it`, async () => {
    using s = socket();
    const error = await failure(() => call(s, "hello" as never));
    assertEquals(error.name, "TypeError");
    assert(error.message.includes("new TextEncoder().encode"), error.message);
  });

  Deno.test(`Socket.${name} refuses what is not bytes`, async () => {
    using s = socket();
    for (const data of [null, undefined, 1, [1, 2], {}]) {
      const error = await failure(() => call(s, data as never));
      assertEquals(error.name, "TypeError", error.message);
    }
  });
}

const receivesInto: Readonly<Record<string, Call>> = {
  "recvInto()": (s, buffer) => s.recvInto(buffer),
  "recvfromInto()": (s, buffer) => s.recvfromInto(buffer),
  "recvmsgInto()": (s, buffer) => s.recvmsgInto([buffer]),
};
for (const [name, call] of Object.entries(receivesInto)) {
  Deno.test(`Socket.${name} refuses what is not a buffer`, async () => {
    using s = socket();
    for (const buffer of ["abcd", null, undefined, 4, [1, 2]]) {
      const error = await failure(() => call(s, buffer as never));
      assertEquals(error.name, "TypeError", error.message);
    }
  });
}

for (const name of ["recvInto", "recvfromInto"] as const) {
  Deno.test(`Socket.${name}() refuses a buffer that is too small`, async () => {
    using s = socket();
    await assertRejects(
      () => s[name](room(), 5),
      RangeError,
      `Cannot ${name}: the buffer holds 4 bytes, fewer than the 5 asked for`,
    );
  });
}

const flagged: Readonly<Record<string, Call>> = {
  "recv()": (s, flags) => s.recv(1, flags),
  "recvInto()": (s, flags) => s.recvInto(room(), 0, flags),
  "recvfrom()": (s, flags) => s.recvfrom(1, flags),
  "recvmsg()": (s, flags) => s.recvmsg(1, 0, flags),
  "recvmsgInto()": (s, flags) => s.recvmsgInto([room()], 0, flags),
  "send()": (s, flags) => s.send(room(), flags),
  "sendall()": (s, flags) => s.sendall(room(), flags),
  "sendmsg()": (s, flags) => s.sendmsg([room()], [], flags),
};
for (const [name, call] of Object.entries(flagged)) {
  Deno.test(`Socket.${name} refuses flags that are not an integer of 32 bits`, async () => {
    using s = socket();
    // An object is what may stand in the place of flags: options.
    const objects = name === "sendmsg()" ? [{}] : [];
    for (const flags of [0.5, NaN, "0", null, ...objects]) {
      const error = await failure(() => call(s, flags as never));
      assertEquals(error.name, "TypeError", error.message);
    }
    for (const flags of [2 ** 31, 2 ** 32 + MSG_PEEK, -(2 ** 31) - 1]) {
      const error = await failure(() => call(s, flags as never));
      assertEquals(error.name, "RangeError", error.message);
    }
  });
}

Deno.test("arguments are looked at before the socket's state", async () => {
  const s = socket();
  s.close();
  const calls = [
    () => s.recv(-1),
    () => s.recvInto("x" as never),
    () => s.send("x" as never),
    () => s.sendall("x" as never),
    () => s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 0.5),
  ];
  for (const call of calls) {
    const { name, message } = await failure(call);
    assert(name === "TypeError" || name === "RangeError", message);
  }
});

const addressed: Readonly<Record<string, Call>> = {
  "bind()": (s, address) => s.bind(address),
  "connect()": (s, address) => s.connect(address),
  "connectEx()": (s, address) => s.connectEx(address),
  "sendto()": (s, address) => s.sendto(room(), address),
  "sendto() with flags": (s, address) => s.sendto(room(), 0, address),
  "sendmsg()": (s, address) => s.sendmsg([], [], 0, address),
};
for (const [name, call] of Object.entries(addressed)) {
  Deno.test(`Socket.${name} checks the address's shape and port`, async () => {
    using s = socket();
    for (
      const [address, ErrorClass] of [
        [["127.0.0.1", 70000], RangeError],
        [["127.0.0.1", -1], RangeError],
        [["127.0.0.1", "80"], TypeError],
        [["127.0.0.1", 1.5], TypeError],
        [["127.0.0.1"], TypeError],
        [["::1", 1, 0, 0], TypeError],
        ["127.0.0.1:80", TypeError],
      ] as const
    ) {
      const error = await failure(() => call(s, address as never));
      assertEquals(error.name, ErrorClass.name, error.message);
    }
  });
}

Deno.test("Socket.listen() refuses a backlog that is not an integer", () => {
  using s = socket();
  for (const backlog of [1.5, NaN, "8", null]) {
    assertThrows(() => s.listen(backlog as number), TypeError, "Cannot listen");
  }
});

Deno.test("Socket.shutdown() refuses a half that is not an integer", () => {
  using s = socket();
  for (const how of [1.5, "1", undefined]) {
    assertThrows(() => s.shutdown(how as number), TypeError, "Cannot shutdown");
  }
});

Deno.test("Socket.getsockopt() checks its numbers", () => {
  using s = socket();
  const get = (...call: unknown[]) => s.getsockopt(...call as [number, number]);
  for (const call of [["1", 2], [1, "2"], [1, 2, "4"], [1.5, 2]]) {
    assertThrows(() => get(...call), TypeError, "Cannot getsockopt");
  }
  for (const size of [-1, 1025]) {
    assertThrows(() => get(SOL_SOCKET, SO_TYPE, size), RangeError);
  }
});

Deno.test("Socket.setsockopt() checks its numbers and bytes", () => {
  using s = socket();
  const set = (value: unknown) =>
    s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, value as number);
  for (const value of ["1", 1.5, undefined, [1], {}]) {
    assertThrows(() => set(value), TypeError, "Cannot setsockopt");
  }
  for (const value of [2 ** 31, -(2 ** 31) - 1]) {
    assertThrows(() => set(value), RangeError, "Cannot setsockopt: the value");
  }
});

Deno.test("Socket.setsockopt() of null asks for a length, as Python does", () => {
  using s = socket();
  const set = s.setsockopt.bind(s) as (...call: unknown[]) => void;
  assertThrows(() => set(SOL_SOCKET, SO_KEEPALIVE, null), TypeError);
});

Deno.test("Socket.listen() and shutdown() refuse a number of more than 32 bits", () => {
  using s = socket();
  for (const number of [2 ** 31, -(2 ** 31) - 1, 2 ** 60]) {
    assertThrows(() => s.listen(number), RangeError);
    assertThrows(() => s.shutdown(number), RangeError);
  }
});
