import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { errno } from "../../socket/constants/errno.ts";
import * as socket from "../../socket/mod.ts";
import {
  ConnectionError,
  ConnectionRefusedError,
  FileNotFoundError,
  gaierror,
  herror,
  OSError,
  osError,
  osErrorFromErrno,
  timedOut,
  TimeoutError,
} from "../../socket/errors.ts";

/** Python's table of classes by number, and their base classes. */
const classes: Readonly<Record<string, [name: string, base: string]>> = {
  EAGAIN: ["BlockingIOError", "OSError"],
  EALREADY: ["BlockingIOError", "OSError"],
  EINPROGRESS: ["BlockingIOError", "OSError"],
  EWOULDBLOCK: ["BlockingIOError", "OSError"],
  EPIPE: ["BrokenPipeError", "ConnectionError"],
  ESHUTDOWN: ["BrokenPipeError", "ConnectionError"],
  ECONNABORTED: ["ConnectionAbortedError", "ConnectionError"],
  ECONNREFUSED: ["ConnectionRefusedError", "ConnectionError"],
  ECONNRESET: ["ConnectionResetError", "ConnectionError"],
  EEXIST: ["FileExistsError", "OSError"],
  ENOENT: ["FileNotFoundError", "OSError"],
  EINTR: ["InterruptedError", "OSError"],
  EISDIR: ["IsADirectoryError", "OSError"],
  ENOTDIR: ["NotADirectoryError", "OSError"],
  EACCES: ["PermissionError", "OSError"],
  EPERM: ["PermissionError", "OSError"],
  ETIMEDOUT: ["TimeoutError", "OSError"],
};

for (const [code, [name, base]] of Object.entries(classes)) {
  Deno.test(`osError() creates a ${name} from ${code}`, () => {
    const error = osError({ code, syscall: "connect" });
    const all = socket as unknown as Record<string, typeof OSError>;
    assertEquals(error.constructor, all[name]);
    assertInstanceOf(error, all[base]);
    assertInstanceOf(error, OSError);
    assertInstanceOf(error, Error);
    assertEquals([error.name, error.code], [name, code]);
    assertEquals(error.errno, (errno as Record<string, number>)[code]);
  });
}

Deno.test("osError() creates a plain OSError for a code without a class, and without a code", () => {
  for (const code of ["EADDRINUSE", "EBADF", "", "ENOSUCH"]) {
    const error = osError({ code, syscall: "bind" });
    assertEquals(error.constructor, OSError, code);
    assertEquals(error.name, "OSError");
  }
});

Deno.test("OSError has its message made from its fields", () => {
  const address: [string, number] = ["127.0.0.1", 1];
  const table: [fields: socket.OSErrorFields, message: string][] = [
    [
      { code: "ECONNREFUSED", syscall: "connect", address },
      'Cannot connect to "127.0.0.1:1": connection refused (ECONNREFUSED)',
    ],
    [
      { code: "EADDRINUSE", syscall: "bind", address: "/run/x" },
      'Cannot bind to "/run/x": address already in use (EADDRINUSE)',
    ],
    [
      { code: "EBADF", syscall: "recv" },
      "Cannot receive: bad file descriptor (EBADF)",
    ],
    [
      { code: "ECONNRESET", syscall: "recv", address: null },
      "Cannot receive: connection reset by peer (ECONNRESET)",
    ],
    [
      { code: "ENOPROTOOPT", syscall: "setsockopt", subject: "option SO_X" },
      "Cannot set option SO_X: protocol not available (ENOPROTOOPT)",
    ],
    [
      { code: "EIO", syscall: "send", address, hint: "ask again" },
      'Cannot send to "127.0.0.1:1": input/output error (EIO); ask again',
    ],
    [
      { code: "EACCES", syscall: "bind", address, state: "no" },
      'Cannot bind to "127.0.0.1:1": no (EACCES)',
    ],
    [
      { syscall: "accept", address, state: "timed out" },
      'Cannot accept a connection on "127.0.0.1:1": timed out',
    ],
    [
      { code: "EINVAL", syscall: "nosuchcall", address: "/x" },
      'Cannot nosuchcall on "/x": invalid argument (EINVAL)',
    ],
  ];
  for (const [fields, message] of table) {
    assertEquals(osError(fields).message, message);
  }
});

Deno.test("OSError keeps an abbreviation at the beginning of its words", () => {
  const { message } = osError({ syscall: "recv", state: "RPC is bad" });
  assertEquals(message, "Cannot receive: RPC is bad");
});

Deno.test("OSError carries its fields", () => {
  const cause = new Error("underneath");
  const error = osError({
    code: "EPIPE",
    syscall: "send",
    address: ["::1", 1, 0, 0],
    bytesSent: 7,
    cause,
  });
  assertEquals(
    [error.syscall, error.address, error.bytesSent, error.cause],
    ["send", ["::1", 1, 0, 0], 7, cause],
  );
  assertEquals(error.strerror, "Broken pipe");
});

Deno.test("OSError has no cause, address or bytesSent that it was not given", () => {
  const error = osError({ code: "EPIPE", syscall: "send", address: null });
  assert(!("cause" in error));
  assertEquals([error.address, error.bytesSent], [undefined, undefined]);
});

Deno.test("OSError shows its class's name in its text", () => {
  const error = osError({ code: "ECONNREFUSED", syscall: "connect" });
  assertEquals(
    String(error),
    "ConnectionRefusedError: Cannot connect: connection refused (ECONNREFUSED)",
  );
  assert(error.stack?.startsWith("ConnectionRefusedError: "), error.stack);
});

Deno.test("OSError's name is that of the user's subclass if it has one", () => {
  class Mine extends OSError {}
  assertInstanceOf(new Mine({ syscall: "recv" }), OSError);
  assertEquals(new Mine({ syscall: "recv" }).name, "OSError");
});

Deno.test("osErrorFromErrno() creates the error of a number", () => {
  const error = osErrorFromErrno(errno.ECONNREFUSED, { syscall: "connect" });
  assertEquals(
    [error.name, error.code, error.errno],
    ["ConnectionRefusedError", "ECONNREFUSED", errno.ECONNREFUSED],
  );
});

Deno.test("osErrorFromErrno() keeps a number that it does not know, as Python does", () => {
  const error = osErrorFromErrno(9999, { syscall: "recv" });
  assertEquals(error.message, "Cannot receive: unknown error 9999");
  assertEquals(error.errno, 9999);
});

Deno.test("timedOut() makes an error without a number, as Python's", () => {
  const error = timedOut({ syscall: "recv", address: ["127.0.0.1", 1] });
  assertInstanceOf(error, TimeoutError);
  assertEquals(
    [error.errno, error.code, error.strerror, error.message],
    [
      undefined,
      "ETIMEDOUT",
      "timed out",
      'Cannot receive from "127.0.0.1:1": timed out',
    ],
  );
});

Deno.test("error and timeout are other names of OSError and TimeoutError", () => {
  assertEquals<unknown>(socket.error, OSError);
  assertEquals<unknown>(socket.timeout, TimeoutError);
});

const addressInfoCodes = Object.keys(socket)
  .filter((name) => name.startsWith("EAI_"))
  .filter((name) =>
    !["EAI_BADHINTS", "EAI_MAX", "EAI_PROTOCOL"].includes(name)
  );

Deno.test("gaierror has the number of every EAI constant and words for it", () => {
  const numbers = socket as unknown as Record<string, number>;
  for (const code of addressInfoCodes) {
    const error = new gaierror({ code, syscall: "getaddrinfo" });
    assertEquals([error.name, error.errno], ["gaierror", numbers[code]]);
    assert(!error.strerror.startsWith("Unknown"), code);
    assert(error.message.endsWith(` (${code})`), error.message);
  }
});

Deno.test("gaierror is told apart from herror, and both are OSError", () => {
  const gai = new gaierror({ code: "EAI_NONAME", syscall: "getaddrinfo" });
  const host = new herror({ code: "HOST_NOT_FOUND", syscall: "gethostbyaddr" });
  assert(gai instanceof OSError && !(gai instanceof herror));
  assert(host instanceof OSError && !(host instanceof gaierror));
});

Deno.test("herror has h_errno's numbers and words", () => {
  const table: [code: string, number: number, words: string][] = [
    ["HOST_NOT_FOUND", 1, "Unknown host"],
    ["TRY_AGAIN", 2, "Host name lookup failure"],
    ["NO_RECOVERY", 3, "Unknown server error"],
    ["NO_DATA", 4, "No address associated with name"],
  ];
  for (const [code, number, words] of table) {
    const error = new herror({ code, syscall: "gethostbyaddr" });
    assertEquals([error.name, error.errno, error.strerror], [
      "herror",
      number,
      words,
    ]);
  }
});

Deno.test("OSError of a number is the class that it has in Python, with Python's text", () => {
  const error = new OSError(errno.ENOENT, "No such file or directory", "x");
  assertInstanceOf(error, FileNotFoundError);
  assertEquals(error.name, "FileNotFoundError");
  assertEquals(
    [error.errno, error.strerror, error.code, error.filename, error.message],
    [
      errno.ENOENT,
      "No such file or directory",
      "ENOENT",
      "x",
      `[Errno ${errno.ENOENT}] No such file or directory: 'x'`,
    ],
  );
  const other = new OSError(9999, "odd");
  assertEquals([other.name, other.errno, other.code], ["OSError", 9999, ""]);
});

Deno.test("errors can be made of a text, as in Python", () => {
  for (const Class of [OSError, ConnectionError, TimeoutError]) {
    const error = new Class("text");
    assertInstanceOf(error, Class);
    assertEquals([error.message, error.errno], ["text", undefined]);
  }
  assertEquals(new ConnectionRefusedError(111, "no").errno, 111);
});

Deno.test("a printed error shows no field that it does not have", () => {
  const shown = Deno.inspect(osError({ code: "EPIPE", syscall: "send" }));
  assert(!shown.includes("undefined"), shown);
  assert(shown.includes('code: "EPIPE"'), shown);
});
