// Programs of ours that use the POSIX driver, in processes of their own.
import { libraries } from "../../socket/posix/layout/mod.ts";
import { type Ended, type RunOptions, runProgram } from "./program.ts";

/** The POSIX driver, for `import` in a program. */
export const POSIX: string = import.meta.resolve("../../socket/posix/mod.ts");

/** Where libc lies here; the first place where it could if it lies nowhere. */
export const LIBC: string = libraries.find(isFile) ?? libraries[0];

/** The flag with which the driver can do everything. */
export const allowLibc: string = `--allow-ffi=${LIBC}`;

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

// The library is `s`, and the POSIX driver its default. `told` gives the code of
// the error that a call throws, or what it returns, and closes what that is.
const PRELUDE = `
import { posix } from "${POSIX}";
import * as s from "socket";
s.setDefaultDriver(posix);
const bytes = (text) => new TextEncoder().encode(text);
const text = (bytes) => new TextDecoder().decode(bytes);
const told = async (call) => {
  try {
    const result = await call();
    for (const each of [result].flat()) each?.close?.();
    return result?.close === undefined ? result ?? "done" : "done";
  } catch (error) {
    return error.code ?? error.name;
  }
};
`;

/**
 * Runs a program that has the library as `s`, with the POSIX driver as its
 * default.
 */
export async function runPosix(
  code: string,
  options: RunOptions = {},
): Promise<Ended> {
  return await runProgram(PRELUDE + code, options);
}

/**
 * Runs an async function's body in such a program and gives what it returns; by
 * default the program may only load libc.
 */
export async function posixValue(
  body: string,
  { flags = [allowLibc], ...options }: RunOptions = {},
): Promise<unknown> {
  const { code, stdout, stderr } = await runPosix(
    `console.log(JSON.stringify(await (async () => {\n${body}\n})()) ?? "null");`,
    { flags, ...options },
  );
  if (code !== 0) throw new Error(`It ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * Code that defines `list()`, which names the program's sockets and what may
 * watch them. It needs {@linkcode allowListing}.
 */
export const LISTING = `
const list = () => {
  const args = ["-l", "/proc/" + Deno.pid + "/fd"];
  const { stdout } = new Deno.Command("ls", { args }).outputSync();
  return text(stdout).match(/socket:|eventpoll|eventfd/g).sort().join(" ");
};
// Deno opens two sockets for signals, else half a second after its start (Deno 2.9).
const ignoring = () => {};
Deno.addSignalListener("SIGUSR2", ignoring);
Deno.removeSignalListener("SIGUSR2", ignoring);
`;

/** The flag for {@linkcode LISTING}. */
export const allowListing = "--allow-run=ls";
