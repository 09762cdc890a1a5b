import { assertEquals, assertRejects } from "@std/assert";
import * as s from "../../socket/mod.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { type Call, call, keyOf, rows } from "./surface_calls.ts";

// Every row of the socket module is called with the POSIX driver, and must do
// what its column of surface.json says.

/** What has another smallest call where there are descriptors. */
const others: Readonly<Record<string, Call>> = {
  "close()": ({ fresh }) => s.close(s.dup(fresh.fileno())),
  "dup()": ({ fresh }) => s.close(s.dup(fresh.fileno())),
  "fromfd()": ({ fresh }) =>
    s.fromfd(fresh.fileno(), s.AF_INET, s.SOCK_STREAM).close(),
  "recvFds()": async () => {
    const [one, other] = await s.socketpair();
    using _one = one, _other = other;
    await s.sendFds(one, [new Uint8Array(1)], [one.fileno()]);
    const [, [fd]] = await s.recvFds(other, 1, 1);
    s.close(fd);
  },
  "sendFds()": async () => {
    const [one, other] = await s.socketpair();
    using _one = one, _other = other;
    await s.sendFds(one, [new Uint8Array(1)], [one.fileno()]);
  },
  // To the name that it has: nothing changes, and only root may.
  "sethostname()": () => {
    try {
      s.sethostname(s.gethostname());
    } catch (error) {
      if (!(error instanceof s.PermissionError)) throw error;
    }
  },
  "Socket.detach": ({ fresh }) => s.close(fresh.dup().detach() as number),
  // SIOCATMARK
  "Socket.ioctl": ({ conn }) => conn.ioctl(0x8905, new Uint8Array(4)),
  // There are sockets of the family where the kernel has it.
  "Socket.sendmsgAfalg": async () => {
    let alg: s.Socket;
    try {
      alg = s.socket(s.AF_ALG, s.SOCK_SEQPACKET);
    } catch (error) {
      assertEquals((error as s.OSError).code, "EAFNOSUPPORT");
      return;
    }
    using _alg = alg;
    await assertRejects(() => alg.sendmsgAfalg([], { op: 0 }), s.OSError);
  },
};

Deno.test({
  name: "the POSIX driver does what its column of surface.json says",
  ignore: !hasPosix,
  async fn() {
    s.setDefaultDriver(posix);
    try {
      for (const row of rows) {
        if (row.posix === "yes") await call(row, others);
        else {
          const error = await assertRejects(
            () => call(row, others),
            s.OSError,
            undefined,
            keyOf(row),
          );
          assertEquals(error.code, "EOPNOTSUPP", keyOf(row));
        }
      }
    } finally {
      s.setDefaultDriver(null);
    }
  },
});
