import { osError } from "../../../socket/errors.ts";
import { isGranted } from "../../../socket/permissions.ts";
import { describe } from "../wire/serialized_error.ts";
import { library, program } from "./worker_url.ts";

/** Makes the error of a Worker that could not load its handler. */
export function loadError(module: string, cause: unknown): Error {
  const message = cause instanceof Error
    ? String(cause.message)
    : typeof cause === "string"
    ? cause
    : describe(cause);
  const subject = `the handler module "${module}"`;
  const [, kind, target] = /Requires (\w+) access to "(.*?)"/.exec(message) ??
    [];
  if (kind !== undefined) {
    const flag = kind === "read" ? readFlag(module, target) : target;
    return osError({
      code: "EACCES",
      syscall: "load",
      subject,
      hint: `run again with --allow-${kind}=${flag}`,
      cause,
    });
  }
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
function pathOf(href: string): string {
  const path = decodeURIComponent(new URL(href).pathname);
  // On Windows the path begins with a drive.
  return path.replace(/^\/(?=[A-Za-z]:\/)/, "").replace(/(?<=.)\/$/, "");
}
