// What CPython's C makes of an address, and of the bytes of one: a library that is
// loaded before libc shows what bind() would pass to the kernel, and gives as the
// answer of getsockname() what the test wants to see read.
import { interpreter } from "../../support/python.ts";
import { runForeign } from "../../support/foreign.ts";
import { compile } from "./compile.ts";
import type { Kind } from "./probe.ts";
import { pythonValues, type Value } from "./value.ts";

const shim = `
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int bind(int fd, const struct sockaddr *address, socklen_t length) {
  for (socklen_t i = 0; i < length; i++) {
    printf("%02x", ((const unsigned char *)address)[i]);
  }
  printf("\\n");
  fflush(stdout);
  return 0;
}

int getsockname(int fd, struct sockaddr *address, socklen_t *length) {
  const char *hex = getenv("POSING_NAME");
  if (hex == NULL) return syscall(SYS_getsockname, fd, address, length);
  socklen_t size = strlen(hex) / 2;
  for (socklen_t i = 0; i < size && i < *length; i++) {
    unsigned byte;
    sscanf(hex + 2 * i, "%2x", &byte);
    ((unsigned char *)address)[i] = byte;
  }
  *length = size;
  return 0;
}
`;

const program = `
import json, os, socket, sys
${pythonValues}
cases = json.load(sys.stdin)

def posing(kind):
    family, type, proto = (kind + [0])[:3]
    fd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).detach()
    return socket.socket(family, type, proto, fileno=fd)

for kind, address in cases["packed"]:
    with posing(kind) as s:
        s.bind(from_value(address, ""))
for kind, name in cases["read"]:
    with posing(kind) as s:
        os.environ["POSING_NAME"] = name
        result = s.getsockname()
        del os.environ["POSING_NAME"]
    if kind[0] == socket.AF_UNIX:
        result = unix_to_value(result, "?")
    print(json.dumps(to_value(result, "?")))
`;

/** Addresses to be made, and bytes in hexadecimal digits to be read. */
export interface Cases {
  readonly packed: readonly (readonly [Kind, Value])[];
  readonly read: readonly (readonly [Kind, string])[];
}

/** What CPython made and read, in the order of the cases. */
export interface Answers {
  /** The bytes in hexadecimal digits. */
  readonly packed: string[];
  readonly read: Value[];
}

/** Has CPython make addresses and read others. */
export async function askCPython(cases: Cases): Promise<Answers> {
  await using library = await compile(shim, { args: ["-shared", "-fPIC"] });
  const { code, stdout, stderr } = await runForeign(
    "env",
    [
      `LD_PRELOAD=${library.path}`,
      ...[interpreter, "-I", "-S", "-u", "-X", "utf8", "-c", program],
    ],
    { stdin: JSON.stringify(cases) },
  );
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  const { length } = cases.packed;
  if (code !== 0 || lines.length !== length + cases.read.length) {
    throw new Error(`it ended with ${code} after ${lines.length}: ${stderr}`);
  }
  return {
    packed: lines.slice(0, length),
    read: lines.slice(length).map((line) => JSON.parse(line)),
  };
}
