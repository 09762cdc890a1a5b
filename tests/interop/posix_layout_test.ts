// The numbers and offsets that the driver has, and those that C has here: with
// glibc and, where its compiler is there, with musl.

import { assert, assertEquals } from "@std/assert";
import * as linux from "../../socket/posix/layout/linux.ts";
import * as layout from "../../socket/posix/layout/mod.ts";
import { needsProgram } from "../support/foreign.ts";
import { needsCompiler, runC } from "./posix/compile.ts";
import {
  expressions,
  glibcOnly,
  headers,
  structures,
  wordsOf,
} from "./posix/layout.ts";

/** What is no number of C's, and the test that looks at it. */
const others: Readonly<Record<string, string>> = {
  libraries: "libraries lists the libc that programs here use",
  libraryName: "libraries lists the libc that programs here use",
  checkSystem: "checkSystem() lets this system pass",
  isDarwin: "checkSystem() lets this system pass",
};

const needsMusl = {
  ignore: needsCompiler.ignore || needsProgram("musl-gcc", "--version").ignore,
};

// musl-gcc does not look for the kernel's headers, which belong to neither libc.
const kernelHeaders = [
  "/usr/include",
  `/usr/include/${Deno.build.arch}-linux-gnu`,
].flatMap((folder) => ["-idirafter", folder]);

const compilers = [
  { name: "cc", needs: needsCompiler, args: [], lacks: [] },
  {
    name: "musl-gcc",
    needs: needsMusl,
    args: kernelHeaders,
    lacks: glibcOnly,
  },
] as const;

/** Every value that the layouts export, by a path such as `msghdr.iov`. */
function exported(): [path: string, value: unknown][] {
  return Object.entries({ ...linux, ...layout })
    .filter(([name]) => !(name in others))
    .flatMap(([name, value]): [string, unknown][] =>
      typeof value !== "object"
        ? [[name, value]]
        : Object.entries(value).map(([part, each]) => [`${name}.${part}`, each])
    );
}

/** What a path is in C; `undefined` if nobody has said. */
function expressionOf(path: string): string | undefined {
  const [name, part] = path.split(".");
  if (part === undefined) return expressions[name] ?? name;
  const structure = structures[name];
  const member = structure?.members[part];
  const bytes = part === "size"
    ? `sizeof(${structure?.struct})`
    : `offsetof(${structure?.struct}, ${member})`;
  const isKnown = structure !== undefined &&
    (part === "size" || member !== undefined);
  return isKnown ? `${bytes} / ${wordsOf[name] ?? 1}` : undefined;
}

Deno.test("every value of the layouts has a counterpart in C", () => {
  const without = exported().map(([path]) => path)
    .filter((path) => expressionOf(path) === undefined);
  assertEquals(without, [], "Say in posix/layout.ts what these are in C:");
});

Deno.test({
  name: "the driver has the numbers of the system that it runs on",
  ignore: Deno.build.os !== "linux",
  fn() {
    const ours: Record<string, unknown> = { ...linux };
    for (const [name, value] of Object.entries(layout)) {
      if (name in ours) assertEquals(value as unknown, ours[name], name);
    }
  },
});

Deno.test("every structure of the layouts tells its size", () => {
  const paths = exported().map(([path]) => path);
  const without = Object.keys(structures)
    .filter((name) => !paths.includes(`${name}.size`));
  assertEquals(without, []);
});

for (const { name, needs, args, lacks } of compilers) {
  Deno.test({
    ...needs,
    name: `the layouts have the numbers and offsets of C [${name}]`,
    async fn() {
      const values = exported()
        .filter(([path]) => !(lacks as readonly string[]).includes(path));
      const lines = values.map(([path]) =>
        `printf("%lld\\n", (long long)(${expressionOf(path)}));`
      );
      const source = `${headers}\nchar page;\nint main(void) {\n${
        lines.join("\n")
      }\n}\n`;
      const printed = await runC(source, { compiler: name, args });
      const numbers = printed.trim().split("\n").map(Number);
      assertEquals(
        Object.fromEntries(values),
        Object.fromEntries(
          values.map(([path], index) => [path, numbers[index]]),
        ),
      );
    },
  });

  // musl has 32 bits, and as many that must be zero, where glibc has 64.
  Deno.test({
    ...needs,
    name: `a length in a message's header can be written as 64 bits [${name}]`,
    async fn() {
      const { msghdr, iovec, cmsghdr } = layout;
      const source = `${headers}
static void show(void *at, int size) {
  for (int i = 0; i < size; i++) printf("%02x", ((unsigned char *)at)[i]);
  puts("");
}
int main(void) {
  struct msghdr header; struct iovec part; struct cmsghdr control;
  memset(&header, 0, sizeof header);
  memset(&part, 0, sizeof part);
  memset(&control, 0, sizeof control);
  header.msg_namelen = 0x1234; header.msg_iovlen = 3;
  header.msg_controllen = 0x56789; part.iov_len = 0x7ffff000;
  control.cmsg_len = 0x1014; control.cmsg_level = 1; control.cmsg_type = 2;
  show(&header, sizeof header); show(&part, sizeof part);
  show(&control, sizeof control);
}`;
      const printed = await runC(source, { compiler: name, args });
      const hex = (
        size: number,
        ...numbers: (readonly [at: number, value: bigint])[]
      ) => {
        const view = new DataView(new ArrayBuffer(size));
        for (const [at, value] of numbers) view.setBigUint64(at, value, true);
        return new Uint8Array(view.buffer).toHex();
      };
      assertEquals(printed.trim().split("\n"), [
        hex(
          msghdr.size,
          [msghdr.namelen, 0x1234n],
          [msghdr.iovlen, 3n],
          [msghdr.controllen, 0x56789n],
        ),
        hex(iovec.size, [iovec.len, 0x7ffff000n]),
        hex(
          cmsghdr.size,
          [cmsghdr.len, 0x1014n],
          [cmsghdr.level, 1n | (2n << 32n)],
        ),
      ]);
    },
  });
}

Deno.test({
  ...needsCompiler,
  name: "libraries lists the libc that programs here use",
  async fn() {
    // The loader knows where it lies; this program's own text is elsewhere.
    const printed = await runC(`
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <sys/socket.h>
int main(void) {
  Dl_info info;
  puts(dladdr(dlsym(RTLD_DEFAULT, "recvmsg"), &info) ? info.dli_fname : "");
}`);
    const real = Deno.realPathSync(printed.trim());
    const listed = layout.libraries.filter((path) => {
      try {
        return Deno.realPathSync(path) === real;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return false;
        throw error;
      }
    });
    assert(listed.length > 0, `${real} is none of ${layout.libraries}`);
    const names = [...listed, real].map((path) => path.split("/").at(-1));
    assert(
      names.includes(layout.libraryName.split("/").at(-1)),
      `${layout.libraryName} is none of ${names}`,
    );
  },
});

Deno.test({
  name: "checkSystem() lets this system pass",
  ignore: Deno.build.os !== "linux",
  fn: layout.checkSystem,
});
