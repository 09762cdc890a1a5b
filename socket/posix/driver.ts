import {
  AF_UNIX,
  AF_UNSPEC,
  SO_LINGER,
  SO_PROTOCOL,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../constants/mod.ts";
import type { Driver, Endpoint, SocketHints } from "../driver.ts";
import { osError, type OSErrorFields } from "../errors.ts";
import { ownerOf } from "./descriptor.ts";
import {
  duplicate,
  makeOwn,
  NEW,
  setInheritable,
  setNonBlocking,
} from "./descriptor_flags.ts";
import { PosixEndpoint } from "./endpoint.ts";
import { epoll } from "./event_poll.ts";
import { sockaddrStorage } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { machine } from "./machine.ts";
import { names } from "./names.ts";
import { file } from "./open_file.ts";
import { services } from "./services.ts";
import { familyOf } from "./sockaddr/shape.ts";
import { check } from "./syscall.ts";

/**
 * The driver of the kernel's own sockets. A socket has it by its `driver` option,
 * all sockets of a program by {@linkcode setDefaultDriver}.
 *
 * `fromfd` and {@linkcode Driver.adopt} take a descriptor's number, and make it
 * non-blocking. `detach` gives the number, which Deno can take in turn: what was
 * set before `connect` then serves a `node:net` socket, and TLS over it.
 *
 * @example An option that Deno lacks, for a socket of node's
 * ```ts
 * import { createServer, IPPROTO_TCP, socket, TCP_USER_TIMEOUT } from "@berkeley/socket/socket";
 * import { posix } from "@berkeley/socket/posix";
 * import { assertEquals } from "@std/assert";
 * import { Socket } from "node:net";
 *
 * using server = createServer(["127.0.0.1", 0]);
 * const s = socket(undefined, undefined, 0, { driver: posix });
 * s.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, 10_000);
 * await s.connect(server.getsockname());
 * const conn = new Socket({ fd: s.detach() as number });
 * conn.end("hello");
 * const [peer] = await server.accept();
 * assertEquals(new TextDecoder().decode(await peer.recv(8)), "hello");
 * peer.close();
 * await new Promise((resolve) => conn.on("close", resolve).resume());
 * ```
 */
export const posix: Driver = {
  name: "POSIX",
  module: import.meta.url,

  open(family, type, proto): Endpoint {
    const fd = check(libc().socket(family, type | NEW, proto), {
      syscall: "socket",
      subject: describe(family, type, proto),
    });
    return new PosixEndpoint(makeOwn(fd), { family, type, proto });
  },

  // deno-lint-ignore require-await -- what the kernel refuses rejects
  async pair(family = AF_UNIX, type, proto): Promise<[Endpoint, Endpoint]> {
    const ends = new Int32Array(2);
    const bytes = new Uint8Array(ends.buffer);
    check(libc().socketpair(family, type | NEW, proto, bytes), {
      syscall: "socketpair",
      subject: describe(family, type, proto),
    });
    const kind = { family, type, proto };
    const [one, other] = ends;
    return [
      new PosixEndpoint(makeOwn(one), kind),
      new PosixEndpoint(makeOwn(other), kind),
    ];
  },

  adopt,

  async connect(host, port, wait): Promise<Endpoint> {
    const hints = { family: AF_UNSPEC, type: SOCK_STREAM, proto: 0, flags: 0 };
    const infos = await names.getaddrinfo(host, port, hints, wait);
    let failed: unknown;
    for (const [family, type, , , address] of infos) {
      const endpoint = posix.open(family, type, 0);
      try {
        await endpoint.connect(address, wait);
        return endpoint;
      } catch (error) {
        endpoint.close();
        failed = error;
      }
    }
    throw failed;
  },

  closeDescriptor(fd): void {
    const fields = { syscall: "close", subject: `descriptor ${fd}` };
    // What is no socket may be Deno's own, which ends with it.
    option(fd, SO_TYPE, fields);
    ownerOf(fd)?.giveUp();
    check(libc().close(fd), fields);
  },

  dupDescriptor: duplicate,

  disableDescriptor(fd): void {
    const fields = { syscall: "close", subject: `descriptor ${fd}` };
    // Closing does not wait, whatever SO_LINGER says.
    const { setsockopt } = libc();
    setsockopt(fd, SOL_SOCKET, SO_LINGER, new Uint8Array(8), 8);
    // A socket that leads nowhere takes the number over.
    const nowhere = check(libc().socket(AF_UNIX, SOCK_STREAM | NEW, 0), fields);
    try {
      check(libc().dup2(makeOwn(nowhere), fd), fields);
    } finally {
      libc().close(nowhere);
    }
    setInheritable(fd, false);
  },

  file,
  epoll,

  names,
  services,
  machine,
};

// For the isolate that loads this module by its URL.
export default posix;

/**
 * Takes over a descriptor, or a duplicate of it. As in CPython its name is asked
 * for in any case, which tells what is no socket.
 */
function adopt(resource: unknown, hints: SocketHints): Endpoint {
  if (typeof resource !== "number") {
    throw osError({
      code: "ENOTSOCK",
      syscall: "fromfd",
      subject: "an object that is no descriptor's number",
      hint: "the sandboxed driver takes over objects of Deno",
    });
  }
  const fields = { syscall: "fromfd", subject: `descriptor ${resource}` };
  const name = new Uint8Array(sockaddrStorage.size);
  const length = new Uint32Array([name.length]);
  const lengthBytes = new Uint8Array(length.buffer);
  check(libc().getsockname(resource, name, lengthBytes), fields);
  const kind = {
    family: hints.family ?? familyOf(new DataView(name.buffer)),
    type: hints.type ?? option(resource, SO_TYPE, fields),
    // macOS does not tell it.
    proto: hints.proto ??
      (SO_PROTOCOL < 0 ? 0 : option(resource, SO_PROTOCOL, fields)),
  };
  if (!hints.duplicate && ownerOf(resource) !== undefined) {
    const hint = "another socket has it; use its detach() or dup()";
    throw osError({ ...fields, code: "EBUSY", hint });
  }
  const fd = hints.duplicate ? duplicate(resource) : resource;
  setNonBlocking(fd);
  return new PosixEndpoint(fd, kind, { mayLinger: true, isLent: hints.lent });
}

function option(fd: number, name: number, fields: OSErrorFields): number {
  const value = new Int32Array(1);
  const length = new Uint32Array([4]);
  check(
    libc().getsockopt(
      fd,
      SOL_SOCKET,
      name,
      new Uint8Array(value.buffer),
      new Uint8Array(length.buffer),
    ),
    fields,
  );
  return value[0];
}

function describe(family: number, type: number, proto: number): string {
  return `a socket of family ${family}, type ${type}, protocol ${proto}`;
}
