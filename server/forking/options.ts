import { checkInteger, kindOf } from "../../socket/arguments.ts";
import { bundleOf, moduleUrl } from "./parent/worker_url.ts";
import { checkTimeout } from "../../socket/wait.ts";

/** What {@linkcode ForkingMixIn} adds to the options of a server. */
export interface ForkingOptions {
  /**
   * How many Workers there may be; while all are busy, no more requests are taken. In
   * Python there may be 40 processes.
   *
   * @default {navigator.hardwareConcurrency}
   */
  maxChildren?: number;
  /**
   * How long a Worker may take to load the module; seconds, `null` for ever. What takes
   * longer fails `serveForever` with a TimeoutError before anything is served. Not in
   * Python.
   *
   * @default {60}
   */
  loadTimeout?: number | null;
  /**
   * What the handlers may do, where that is less than the program may:
   * `"none"`, or as in `{ read: ["./data"] }`, where what is left out is denied.
   * Sockets of requests need none, nor does loading the module and what it imports
   * statically; datagrams may go to the client, and to what `net` names. Needs
   * `unstableWorkerOptions`. Not in Python.
   *
   * They do not make a handler harmless, for Deno isolates permissions only (Deno 2.9):
   * code that means harm can take over the process's open sockets by their descriptors'
   * numbers through `node:net`, which asks for no permission (`fromfd` does
   * not do it here), can end the process by using up its memory, and can keep
   * a processor busy for ever. Run what you do not trust in a process of its own.
   *
   * @default {undefined} The handlers may do what the program may.
   */
  permissions?: Deno.PermissionOptions;
  /**
   * Whether the program always runs with `--unstable-worker-options`, as
   * `permissions` needs. Deno ends a program that runs without it, and a program cannot
   * find out whether it does. Not in Python.
   *
   * @default {false}
   */
  unstableWorkerOptions?: boolean;
}

/** What {@linkcode ForkingMixIn} adds to a class of servers, for subclasses to override. */
export interface ForkingStatics {
  /** How many Workers there may be. */
  maxChildren: number;
  /** How long a Worker may take to load the module; seconds, `null` for ever. */
  loadTimeout: number | null;
  /** What the handlers may do, where that is less than the program may. */
  permissions: Deno.PermissionOptions | undefined;
  /** Whether the program always runs with `--unstable-worker-options`. */
  unstableWorkerOptions: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  blockOnClose: boolean;
}

/** The settings of a server, from its constructor's options or its class. */
export type ForkingSettings = Omit<ForkingStatics, "blockOnClose">;

/** Takes from the class what the options leave out, and checks it all. */
export function forkingSettings(
  call: string,
  options: ForkingOptions,
  statics: ForkingSettings,
): ForkingSettings {
  const {
    maxChildren = statics.maxChildren,
    loadTimeout = statics.loadTimeout,
    permissions = statics.permissions,
    unstableWorkerOptions = statics.unstableWorkerOptions,
  } = options;
  checkMaxChildren(call, maxChildren);
  checkTimeout(call, loadTimeout);
  if (permissions !== undefined && !unstableWorkerOptions) {
    throw new TypeError(
      `Cannot ${call}: permissions need --unstable-worker-options, without which Deno would end the program; say unstableWorkerOptions: true if it always runs with that flag`,
    );
  }
  return { maxChildren, loadTimeout, permissions, unstableWorkerOptions };
}

/** Refuses what cannot be a number of Workers. */
export function checkMaxChildren(call: string, most: number): void {
  checkInteger(call, "maxChildren", most, 1);
}

/** Refuses to work from a bundle: the program of a Worker is a file beside it. */
export function checkUnbundled(
  call: string,
  url: string = moduleUrl,
): void {
  const bundle = bundleOf(url);
  if (bundle === undefined) return;
  throw new Error(
    `Cannot ${call}: this package is in the bundle "${bundle}", and a Worker loads its program from the package's own files; leave the package out of the bundle, as by deno bundle --external=@berkeley/socket`,
  );
}

/** Returns the URL of a handler's module. */
export function handlerModule(call: string, module: unknown): string {
  if (module instanceof URL) return module.href;
  if (typeof module === "string" && URL.canParse(module)) return module;
  const hint = typeof module === "string"
    ? `"${module}"; write new URL("${module}", import.meta.url)`
    : typeof module === "function"
    ? "a class, which no Worker could be given; export it as the default of its module"
    : kindOf(module);
  throw new TypeError(
    `Cannot ${call}: the handler must be the URL of a module, not ${hint}`,
  );
}
