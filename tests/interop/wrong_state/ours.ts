import * as module from "../../../socket/mod.ts";
import type { Argument, Call, Case, Outcome } from "./case.ts";

type Names = Map<string, unknown>;

/** How long a call may take before it counts as one that never ends; milliseconds. */
const PATIENCE = 2000;

const functions: Readonly<Record<string, (seconds: number) => unknown>> = {
  async pair() {
    using listener = module.createServer(["127.0.0.1", 0]);
    const client = await module.createConnection(listener.getsockname());
    const [peer] = await listener.accept();
    return [client, peer];
  },
  unixpair: () => module.socketpair(module.AF_UNIX),
  server: () => module.createServer(["127.0.0.1", 0]),
  free() {
    using listener = module.createServer(["127.0.0.1", 0]);
    return listener.getsockname();
  },
  pause: (seconds) =>
    new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
};

/** Runs one case with the sockets of this library. */
export async function runOurs(
  { calls }: Case,
  path: string,
): Promise<Outcome[]> {
  const names: Names = new Map<string, unknown>([["path", path]]);
  const outcomes: Outcome[] = [];
  const made: unknown[] = [];
  try {
    for (const call of calls) outcomes.push(await run(call, names, made));
  } finally {
    for (const value of made) await close(value);
  }
  return outcomes;
}

/** Closes a socket of ours, or a detached resource of Deno. */
async function close(value: unknown): Promise<void> {
  if (value instanceof module.Socket) await value[Symbol.asyncDispose]();
  else if (typeof value === "object" && value !== null) {
    (value as Partial<Disposable>)[Symbol.dispose]?.();
  }
}

/** Runs one call; what it gives is to be closed in the end. */
async function run(
  [call, ...args]: Call,
  names: Names,
  made: unknown[],
): Promise<Outcome> {
  const [called, into] = call.split(" = ").reverse();
  const [method, target] = called.split(".").reverse();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("hangs"), PATIENCE);
  });
  const outcome = (async () => {
    try {
      const value = await invoke(
        names.get(target),
        method,
        args.map((arg) => argument(arg, names)),
      );
      made.push(...(Array.isArray(value) ? value : [value]));
      const keys = into === undefined ? [] : into.split(", ");
      if (keys.length === 1) names.set(keys[0], value);
      else keys.forEach((key, i) => names.set(key, (value as unknown[])[i]));
      return toText(plain(value, names.get("path") as string));
    } catch (error) {
      return kindOf(error);
    }
  })();
  try {
    return await Promise.race([outcome, patience]);
  } finally {
    clearTimeout(timer);
  }
}

function invoke(target: unknown, method: string, args: unknown[]): unknown {
  const name = method.replace(
    /(?<=[a-z])_([a-z])/g,
    (_, letter: string) => letter.toUpperCase(),
  );
  const owner = (target ?? { ...module, ...functions }) as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  return owner[method in functions ? method : name](...args);
}

function argument(arg: Argument, names: Names): unknown {
  if (typeof arg === "string") {
    if (arg[0] === "$") {
      return arg === "$NaN"
        ? NaN
        : arg === "$Infinity"
        ? Infinity
        : module[arg.slice(1) as keyof typeof module];
    }
    if (arg[0] !== "@") return arg;
    const [name, part = ""] = arg.slice(1).split(":");
    const value = names.get(name);
    if (name === "path") return value + part;
    const address = value instanceof module.Socket
      ? value.getsockname()
      : value as [string, number];
    return part === "port" ? address[1] : address;
  }
  if (typeof arg !== "object" || arg === null) return arg;
  if ("bytes" in arg) return new TextEncoder().encode(arg.bytes);
  if ("buffer" in arg) return new Uint8Array(arg.buffer);
  return arg.map((part) => argument(part, names));
}

function plain(value: unknown, path: string): unknown {
  if (value instanceof module.Socket) return "socket";
  if (typeof value === "string") {
    return /^\0[0-9a-f-]{36}$/.test(value)
      ? "an abstract name"
      : value.replaceAll(path, "@path:");
  }
  if (value instanceof Uint8Array) {
    return { bytes: String.fromCharCode(...value) };
  }
  if (!Array.isArray(value)) return value ?? null;
  return typeof value[0] === "string" && typeof value[1] === "number"
    ? [value[0], value[1] && "port", ...value.slice(2)]
    : value.map((each) => plain(each, path));
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function kindOf(error: unknown): Outcome {
  if (error instanceof module.OSError) {
    const { name, errno, code } = error;
    return errno === undefined ? name : `${name} ${errno} ${code}`;
  }
  // A mistake in our own code is not an answer.
  if (error instanceof TypeError && !error.message.startsWith("Cannot ")) {
    return `slip: ${error.stack}`;
  }
  return error instanceof Error ? error.name : String(error);
}
