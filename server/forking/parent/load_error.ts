import { osError } from "../../../socket/errors.ts";
import { isGranted } from "../../../socket/permissions.ts";
import { describe } from "../wire/serialized_error.ts";
import { library, program } from "./worker_url.ts";

// A Worker opens six, and its modules besides. With fewer Deno ends the process: it
// takes for granted that it gets them (Deno 2.9).
const NEEDED = 8;

/** Makes the error of a Worker that could not load its handler. */
export function loadError(module: string, cause: unknown): Error {
  const message = cause instanceof Error
    ? String(cause.message)
    : typeof cause === "string"
    ? cause
    : describe(cause);
  const handler = `the handler module "${module}"`;
  const [, kind, target] = /Requires (\w+) access to "(.*?)"/.exec(message) ??
    [];
  if (kind !== undefined) {
    const flag = kind === "read" ? readFlag(module, target) : target;
    return osError({
      code: "EACCES",
      syscall: "load",
      subject: handler,
      hint: `run again with --allow-${kind}=${flag}`,
      cause,
    });
  }
  // What is missing may be ours: Deno names its path, or its URL.
  const isOurs = [program.href, pathOf(program.href)].some((name) =>
    message.includes(name)
  );
  const subject = isOurs ? `the program of Workers "${program.href}"` : handler;
  const [line] = message.replace(
    /^(Uncaught )?(\(in worker ".*?"\) )?(\(in promise\) )?/,
    "",
  )
    .split("\n");
  return new Error(
    `Cannot load ${subject}: ${line.replace(/[.:\s]+$/, "")}`,
    { cause },
  );
}

/**
 * Refuses to start a Worker whose program may not be read: Deno would also print that
 * to the standard error stream.
 */
export function checkGrant(module: string): void {
  if (program.protocol !== "file:") return;
  const path = pathOf(program.href);
  if (isGranted({ name: "read", path })) return;
  throw loadError(
    module,
    new Deno.errors.NotCapable(`Requires read access to "${path}"`),
  );
}

/**
 * Finds out whether there are descriptors for Workers, where a file may be read to try.
 *
 * @param count How many Workers begin at once.
 * @throws {OSError} EMFILE if there are too few.
 */
export function checkRoom(module: string, count: number): void {
  const path = [program.href, module]
    .filter((href) => href.startsWith("file:"))
    .map((href) => pathOf(href))
    .find((path) => isGranted({ name: "read", path }));
  if (path === undefined) return;
  const files: Disposable[] = [];
  try {
    while (files.length < count * NEEDED) files.push(Deno.openSync(path));
  } catch (cause) {
    const { code } = cause as { code?: string };
    // What else is wrong with the file, its loading will tell.
    if (code !== "EMFILE" && code !== "ENFILE") return;
    const subject = `a Worker for the handler module "${module}"`;
    throw osError({ code, syscall: "start", subject, cause });
  } finally {
    for (const file of files) file[Symbol.dispose]();
  }
}

/** Makes the error of a module whose default export is not a class of handlers. */
export function unfitError(module: string, found: string): TypeError {
  return new TypeError(
    `Cannot use the handler module "${module}": its default export must be a class that extends BaseRequestHandler, or a function that returns such a handler, ${
      found === "undefined" ? "and there is none" : `not ${found}`
    }`,
  );
}

/** Returns all paths that must be readable and are not: the handler's, this library's, and what was refused. */
function readFlag(module: string, refused: string): string {
  const paths = [library?.href, module]
    .filter((href) => href?.startsWith("file:"))
    .map((href) => pathOf(href!))
    .filter((path) => !isGranted({ name: "read", path }));
  if (!paths.some((path) => refused.startsWith(path))) paths.push(refused);
  return paths.join(",");
}

/** Returns the path of a `file:` URL, without a slash at its end. */
export function pathOf(href: string): string {
  const path = decodeURIComponent(new URL(href).pathname);
  // On Windows the path begins with a drive.
  return path.replace(/^\/(?=[A-Za-z]:\/)/, "").replace(/(?<=.)\/$/, "");
}
