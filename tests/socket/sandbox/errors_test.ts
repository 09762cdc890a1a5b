import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { errno } from "../../../socket/constants/errno.ts";
import { osError } from "../../../socket/errors.ts";
import { unsupported } from "../../../socket/endpoint/refusals.ts";
import { translate } from "../../../socket/sandbox/errors.ts";
import { folder } from "../../support/peers.ts";
import { failure } from "../failure.ts";

const fields = { syscall: "connect" } as const;

/** An error as Deno or node makes them. */
function foreign(
  name: string,
  message: string,
  code?: string,
): Error & { code?: string } {
  const error: Error & { code?: string } = new Error(message);
  error.name = name;
  if (code !== undefined) error.code = code;
  return error;
}

/** The code that is made of an error. */
function codeOf(name: string, message: string, code?: string): string {
  return translate(foreign(name, message, code), fields).code;
}

const shapes: [
  name: string,
  message: string,
  code: string | undefined,
  result: string,
][] = [
  // The code.
  ["ConnectionRefused", "x", "ECONNREFUSED", "ECONNREFUSED"],
  ["Error", "Too many open files (os error 24)", "EMFILE", "EMFILE"],
  ["Error", "x (os error 24)", "EPIPE", "EPIPE"],
  ["AddrInUse", "No such host is known", "ENOENT", "ENOENT"],
  // The number.
  ["AddrInUse", `x (os error ${errno.EPIPE})`, undefined, "EPIPE"],
  ["Error", `x (os error ${errno.EPROTOTYPE})`, undefined, "EPROTOTYPE"],
  ["Error", `x (os error ${errno.EPROTOTYPE})`, "ERR_X", "EPROTOTYPE"],
  // The text.
  [
    "Error",
    "failed to lookup address information: Name or service not known",
    undefined,
    "EAI_NONAME",
  ],
  [
    "Error",
    "failed to lookup address information: nodename nor servname provided, or not known",
    undefined,
    "EAI_NONAME",
  ],
  [
    "Error",
    "failed to lookup address information: No such host is known. ",
    undefined,
    "EAI_NONAME",
  ],
  [
    "Error",
    "failed to lookup address information: Temporary failure in name resolution",
    undefined,
    "EAI_AGAIN",
  ],
  [
    "Error",
    "failed to lookup address information: No address associated with hostname",
    undefined,
    "EAI_NODATA",
  ],
  [
    "Error",
    "failed to lookup address information: Address family for hostname not supported",
    undefined,
    "EAI_ADDRFAMILY",
  ],
  [
    "Error",
    "failed to lookup address information: Non-recoverable failure in name resolution",
    undefined,
    "EAI_FAIL",
  ],
  [
    "NotFound",
    "proto error: no records found for Query",
    undefined,
    "EAI_NONAME",
  ],
  ["URIError", "invalid empty host: ''", undefined, "EAI_NONAME"],
  ["Error", "getaddrinfo ENOTFOUND nowhere", "ENOTFOUND", "EAI_NONAME"],
  ["Error", "getaddrinfo EAI_AGAIN nowhere", "EAI_AGAIN", "EAI_AGAIN"],
  // The class.
  ["AddrInUse", "x", undefined, "EADDRINUSE"],
  ["AddrNotAvailable", "x", undefined, "EADDRNOTAVAIL"],
  ["BadResource", "Bad resource ID", undefined, "EBADF"],
  ["BrokenPipe", "x", undefined, "EPIPE"],
  ["Busy", "Another accept task is ongoing", undefined, "EBUSY"],
  ["ConnectionAborted", "x", undefined, "ECONNABORTED"],
  ["ConnectionRefused", "x", undefined, "ECONNREFUSED"],
  ["ConnectionReset", "x", undefined, "ECONNRESET"],
  ["Interrupted", "operation canceled", undefined, "EINTR"],
  ["NotConnected", "x", undefined, "ENOTCONN"],
  ["NotFound", "x", undefined, "ENOENT"],
  ["PermissionDenied", "x", undefined, "EACCES"],
  ["TimedOut", "x", undefined, "ETIMEDOUT"],
  ["WouldBlock", "x", undefined, "EAGAIN"],
  // Nothing.
  ["Error", "something else", undefined, ""],
  ["Error", "x (os error 99999)", undefined, ""],
];
for (const [name, message, code, result] of shapes) {
  const shown = [name, code, message].filter((part) => part !== undefined);
  Deno.test(`translate() makes ${result || "a plain OSError"} of ${shown.join(" ")}`, () => {
    assertEquals(codeOf(name, message, code), result);
  });
}

Deno.test("translate() makes a gaierror of a failed look-up, with the EAI number", () => {
  const error = foreign("Error", "failed to lookup address information: x");
  const translated = translate(error, fields);
  assertEquals(translated.name, "gaierror");
  assert(translated.errno! !== undefined);
});

Deno.test("translate() keeps the original as the cause, and the call's fields", () => {
  const error = foreign("ConnectionReset", "x", "ECONNRESET");
  const address: [string, number] = ["127.0.0.1", 1];
  const translated = translate(error, {
    syscall: "send",
    address,
    bytesSent: 3,
  });
  assertStrictEquals(translated.cause, error);
  assertEquals(
    [translated.syscall, translated.address, translated.bytesSent],
    ["send", address, 3],
  );
});

Deno.test("translate() leaves an error of ours as it is", () => {
  const error = osError({ code: "EIO", syscall: "recv" });
  assertStrictEquals(translate(error, fields), error);
});

Deno.test("translate() gives what it does not know in its own words", () => {
  const error = translate(foreign("Error", "odd"), fields);
  assertEquals([error.name, error.errno, error.message], [
    "OSError",
    undefined,
    "Cannot connect: odd",
  ]);
});

const real: [name: string, code: string, call: () => unknown][] = [
  ["a refused connection", "ECONNREFUSED", () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    return Deno.connect({ hostname: "127.0.0.1", port });
  }],
  ["an address in use", "EADDRINUSE", () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  }],
  [
    "an address of another machine",
    "EADDRNOTAVAIL",
    () => Deno.listen({ hostname: "192.0.2.77", port: 0 }),
  ],
  ["a closed connection", "EBADF", async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const conn = await Deno.connect({
      hostname: "127.0.0.1",
      port: listener.addr.port,
    });
    conn.close();
    await conn.read(new Uint8Array(1));
  }],
  ["a read that close() ends", "EINTR", async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const conn = await Deno.connect({
      hostname: "127.0.0.1",
      port: listener.addr.port,
    });
    const reading = conn.read(new Uint8Array(1));
    conn.close();
    await reading;
  }],
  ["a listener that is closed", "EBADF", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepting = listener.accept();
    listener.close();
    await accepting;
  }],
  ["a second accept", "EBUSY", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const first = listener.accept().catch(() => {});
    try {
      await listener.accept();
    } finally {
      listener.close();
      await first;
    }
  }],
  [
    "a host that cannot be",
    "EAI_NONAME",
    () => Deno.connect({ hostname: "no such host", port: 1 }),
  ],
  [
    "an empty host",
    "EAI_NONAME",
    () => Deno.connect({ hostname: "", port: 1 }),
  ],
  [
    "a name that no name server would take",
    "EAI_NONAME",
    () => Deno.resolveDns("no such host", "A"),
  ],
  [
    "a name with an empty part",
    "EAI_NONAME",
    () => Deno.resolveDns("a..b", "A"),
  ],
  [
    "no such path",
    "ENOENT",
    () => Deno.connect({ transport: "unix", path: `${folder}/none` }),
  ],
  [
    "a path through a file",
    "ENOTDIR",
    () => {
      Deno.writeTextFileSync(`${folder}/file`, "");
      return Deno.connect({ transport: "unix", path: `${folder}/file/x` });
    },
  ],
  [
    "a path that is not a socket",
    "ECONNREFUSED",
    () => {
      Deno.writeTextFileSync(`${folder}/plain`, "");
      return Deno.connect({ transport: "unix", path: `${folder}/plain` });
    },
  ],
];
for (const [name, code, call] of real) {
  Deno.test(`translate() knows ${name}, as it really happens, as ${code}`, {
    ignore: Deno.build.os === "windows",
  }, async () => {
    const translated = translate(await failure(call), fields);
    assertEquals(translated.code, code, translated.message);
  });
}

Deno.test("unsupported() names the way out, unless there is a better hint", () => {
  const error = unsupported({ code: "EOPNOTSUPP", syscall: "dup" });
  assertEquals(error.code, "EOPNOTSUPP");
  assert(
    error.message.endsWith(
      "; use the POSIX driver (@berkeley/socket/posix, --allow-ffi)",
    ),
    error.message,
  );
  const own = unsupported({ code: "EINVAL", syscall: "dup", hint: "do not" });
  assert(own.message.endsWith("; do not"), own.message);
});
