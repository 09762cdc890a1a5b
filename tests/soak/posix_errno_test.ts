// errno is read in a second call, between which and the first V8 may collect garbage
// on many threads. It is right nevertheless, millions of times.

import { assertEquals } from "@std/assert";
import { errno } from "../../socket/constants/errno.ts";
import {
  AF_UNIX,
  MSG_DONTWAIT,
  OSError,
  Socket,
  socketpair,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { libc } from "../../socket/posix/libc.ts";
import { lastErrno } from "../../socket/posix/syscall.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { sized } from "../support/soak.ts";

const CALLS = sized(5_000_000);
const ERRORS = sized(500_000);

const ignore = !hasPosix;
const options = { driver: posix };

/** Makes garbage of many sizes, some of it outside of V8's heap. */
class Garbage {
  readonly #kept: unknown[] = [];
  #number = 0;

  make(): void {
    const number = this.#number++;
    this.#kept[number % 997] = number % 5 === 0
      ? new Uint8Array(number % 4096)
      : { number, text: `number ${number}`, list: [number, number + 1] };
    if (number % 5000 === 0) this.#kept.length = 0;
  }
}

Deno.test({
  name: `errno is right after ${CALLS} failing calls while much is allocated`,
  ignore,
  async fn() {
    const [one, other] = await socketpair(AF_UNIX, undefined, 0, options);
    await using _one = one, _other = other;
    await using alone = new Socket(undefined, undefined, 0, options);
    const { recv, send, getpeername, listen, socket, getsockopt } = libc();
    const buffer = new Uint8Array(64);
    const length = Uint8Array.of(4, 0, 0, 0);
    const [idle, unconnected] = [one.fileno(), alone.fileno()];
    const calls: readonly [call: () => number, errno: number][] = [
      [() => recv(idle, buffer, 64, MSG_DONTWAIT), errno.EAGAIN],
      [() => recv(-1, buffer, 64, 0), errno.EBADF],
      [() => send(unconnected, buffer, 64, 0), errno.EPIPE],
      [() => getpeername(unconnected, buffer, length), errno.ENOTCONN],
      [() => listen(idle, 1), errno.EINVAL],
      [() => socket(9999, 1, 0), errno.EAFNOSUPPORT],
      [
        () => getsockopt(idle, SOL_SOCKET, 9999, buffer, length),
        errno.ENOPROTOOPT,
      ],
    ];
    const garbage = new Garbage();
    const wrong: string[] = [];
    for (let count = 0; count < CALLS; count++) {
      const [call, expected] = calls[count % calls.length];
      garbage.make();
      const result = call();
      const number = lastErrno();
      if (result !== -1 || number !== expected) {
        wrong.push(
          `call ${count}: ${result}, ${number} in place of ${expected}`,
        );
        if (wrong.length > 20) break;
      }
    }
    assertEquals(wrong, []);
  },
});

Deno.test({
  name:
    `${ERRORS} errors have the errno of their own call while much is allocated`,
  ignore,
  async fn() {
    const [one, other] = await socketpair(AF_UNIX, undefined, 0, options);
    await using _one = one, _other = other;
    await using alone = new Socket(undefined, undefined, 0, options);
    const calls: readonly [call: () => unknown, code: string][] = [
      [() => alone.getpeername(), "ENOTCONN"],
      [() => one.getsockopt(SOL_SOCKET, 9999), "ENOPROTOOPT"],
      [() => posix.open(9999, 1, 0), "EAFNOSUPPORT"],
      [() => posix.dupDescriptor(1_000_000), "EBADF"],
      [() => one.listen(), "EINVAL"],
      [() => one.recv(9, MSG_DONTWAIT), "EAGAIN"],
      [() => alone.recv(9, MSG_DONTWAIT), "ENOTCONN"],
    ];
    const garbage = new Garbage();
    const wrong: string[] = [];
    for (let count = 0; count < ERRORS && wrong.length < 20; count++) {
      const [call, expected] = calls[count % calls.length];
      garbage.make();
      try {
        await call();
        wrong.push(`call ${count}: no error`);
      } catch (error) {
        if (error instanceof OSError && error.code === expected) continue;
        wrong.push(`call ${count}: ${error} in place of ${expected}`);
      }
    }
    assertEquals(wrong, []);
  },
});
