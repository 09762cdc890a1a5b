import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_UNIX,
  close,
  dup,
  type Endpoint,
  type Message,
  MSG_CTRUNC,
  OSError,
  recvFds,
  SCM_RIGHTS,
  sendFds,
  SOCK_STREAM,
  type Socket,
  socket,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { socketOver } from "../../socket/socket.ts";

const bytes = new Uint8Array([1]);
const numbers = new Uint8Array(new Int32Array([7, 8]).buffer);

/** A socket whose endpoint does what is given. */
function socketOf(endpoint: Partial<Endpoint>): Socket {
  const whole = {
    family: AF_UNIX,
    type: SOCK_STREAM,
    proto: 0,
    close: () => Promise.resolve(),
    ...endpoint,
  } as Endpoint;
  return socketOver(whole, sandbox);
}

for (const [name, call] of Object.entries({ close, dup })) {
  Deno.test(`${name}() of a descriptor is EOPNOTSUPP and names the Socket's own`, () => {
    const error = assertThrows(() => call(3), OSError, `use ${name}() of the`);
    assertEquals(error.code, "EOPNOTSUPP");
  });

  Deno.test(`${name}() checks the number first`, () => {
    assertThrows(() => call(-1), RangeError, "Cannot ");
    assertThrows(() => call(2 ** 31), RangeError, "Cannot ");
    for (const fd of [1.5, NaN, "3", null, undefined]) {
      assertThrows(() => call(fd as number), TypeError, "Cannot ");
    }
  });
}

Deno.test("sendFds() and recvFds() are EOPNOTSUPP in the sandbox", async () => {
  using s = socket(AF_UNIX);
  for (const call of [() => sendFds(s, [bytes], [0]), () => recvFds(s, 1, 1)]) {
    const error = await assertRejects(call, OSError, "the POSIX driver");
    assertEquals(error.code, "EOPNOTSUPP");
  }
});

Deno.test("sendFds() checks its arguments first", async () => {
  using s = socket(AF_UNIX);
  for (const fds of [3, null, "3", [1.5], ["3"]]) {
    const call = () => sendFds(s, [bytes], fds as number[]);
    await assertRejects(call, TypeError, "Cannot ");
  }
  await assertRejects(() => sendFds(s, [bytes], [-1]), RangeError, "Cannot ");
  for (const buffers of [bytes, ["text"]] as unknown[]) {
    const call = () => sendFds(s, buffers as Uint8Array[], [0]);
    await assertRejects(call, TypeError, "Cannot ");
  }
});

Deno.test("recvFds() checks its arguments first", async () => {
  using s = socket(AF_UNIX);
  for (const [size, most] of [[-1, 1], [1, -1]]) {
    await assertRejects(() => recvFds(s, size, most), RangeError, "Cannot ");
  }
  for (const [size, most] of [[0.5, 1], [1, NaN]]) {
    await assertRejects(() => recvFds(s, size, most), TypeError, "Cannot ");
  }
});

Deno.test("sendFds() sends the numbers as one SCM_RIGHTS message", async () => {
  const sent: unknown[] = [];
  using s = socketOf({
    sendmsg(buffers, ancillary, flags) {
      sent.push(buffers, ancillary, flags);
      return Promise.resolve(buffers.length);
    },
  });
  assertEquals(await sendFds(s, [bytes, bytes], [7, 8]), 2);
  assertEquals(sent, [
    [bytes, bytes],
    [[SOL_SOCKET, SCM_RIGHTS, numbers]],
    0,
  ]);
});

Deno.test("recvFds() gives the numbers of SCM_RIGHTS messages, and no other's", async () => {
  const message: Message = {
    data: bytes,
    ancillary: [
      [SOL_SOCKET, SCM_RIGHTS, numbers],
      [SOL_SOCKET, SCM_RIGHTS + 1, numbers],
      [SOL_SOCKET, SCM_RIGHTS, numbers.subarray(4)],
      // Cut off in the middle of a number.
      [SOL_SOCKET, SCM_RIGHTS, numbers.subarray(0, 6)],
    ],
    flags: MSG_CTRUNC,
    address: null,
  };
  using s = socketOf({ recvmsg: () => Promise.resolve(message) });
  assertEquals(await recvFds(s, 1, 4), [bytes, [7, 8, 8, 7], MSG_CTRUNC, null]);
});
