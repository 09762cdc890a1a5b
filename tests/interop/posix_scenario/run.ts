// Runs scenario.txt with this library on the POSIX driver, as scenario.py does
// with CPython. The argument is the scenario's path.
import * as module from "../../../socket/mod.ts";
import { posix } from "../../../socket/posix/mod.ts";
import { Socket } from "../../../socket/mod.ts";

type Json = unknown;

const names = new Map<string, Socket>();
// Abstract names are the whole machine's, so each process has its own.
const OWN = `-${`${Deno.pid}`.padStart(8, "0")}`;

/** Repeats what stands between %for and %end. */
function expand(lines: string[]): string[] {
  const out: string[] = [];
  while (lines.length > 0) {
    const line = lines.shift()!;
    if (!line.startsWith("%for")) {
      out.push(line);
      continue;
    }
    const [head, values] = line.slice(5).split(" in ");
    const body = lines.splice(0, lines.indexOf("%end"));
    lines.shift();
    for (const value of values.split(" ")) {
      const parts = value.split(",");
      for (const each of body) {
        out.push(
          head.split(" ").reduce(
            (text, name, index) =>
              text.replaceAll(RegExp(`\\$${name}\\b`, "g"), parts[index]),
            each,
          ),
        );
      }
    }
  }
  return out;
}

function named(name: string): Socket {
  const socket = names.get(name);
  if (socket === undefined) throw new Error(`no socket ${name}`);
  return socket;
}

/** Gives what JSON stands for. */
function value(argument: Json): Json {
  if (Array.isArray(argument)) return argument.map(value);
  if (typeof argument === "object" && argument !== null) {
    const [[kind, content]] = Object.entries(argument);
    switch (kind) {
      case "b":
        return new TextEncoder().encode(content);
      case "x":
        return Uint8Array.fromHex(content);
      case "fd":
        return named(content).fileno();
    }
    return new Uint8Array(Int32Array.from(content).buffer);
  }
  if (typeof argument !== "string") return argument;
  if (argument.startsWith("\0")) return argument + OWN;
  if (argument.startsWith("@")) return named(argument.slice(1)).getsockname();
  if (!/^[A-Z][A-Z0-9_|]*$/.test(argument)) return argument;
  return argument.split("|").map((name) =>
    (module as unknown as Record<string, number>)[name]
  ).reduce((all, flag) => all | flag);
}

/** Names a port for its socket: the kernel may choose a number again. */
function portName(port: number): Json {
  if (port < 1024) return port;
  for (const [name, socket] of names) {
    try {
      if ((socket.getsockname() as unknown[])[1] === port) {
        return `port of ${name}`;
      }
    } catch {
      // It is closed.
    }
  }
  return "a port";
}

/** Gives a result in the form that both interpreters print. */
function shown(result: unknown): Json {
  if (result instanceof Uint8Array) return `bytes ${result.toHex()}`;
  if (result instanceof Socket) return "socket";
  if (typeof result === "string" && result.endsWith(OWN)) {
    return result.slice(0, -OWN.length);
  }
  if (typeof result === "string" && /^\0[0-9a-f]{5}$/.test(result)) {
    return "a name of the kernel's choice";
  }
  if (Array.isArray(result)) {
    const [host, port, ...rest] = result;
    const isAddress = (result.length === 2 || result.length === 4) &&
      typeof host === "string" && typeof port === "number";
    if (!isAddress) return result.map(shown);
    return [host, portName(port), ...rest];
  }
  return result ?? null;
}

/** Python's name as it is here. */
function camelCased(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

// deno-lint-ignore no-explicit-any -- the calls' arguments may be wrong
type Calls = Record<string, (...args: any[]) => any>;

async function perform(
  target: string | undefined,
  method: string,
  args: Json[],
): Promise<unknown> {
  if (method === "pause") {
    const [seconds] = args as number[];
    return await new Promise((resolve) => {
      setTimeout(() => resolve(null), seconds * 1000);
    });
  }
  const name = camelCased(method);
  if (target === undefined) {
    return await (module as unknown as Calls)[name](...args);
  }
  const calls = named(target) as unknown as Calls;
  switch (method) {
    case "recv_into":
    case "recvfrom_into": {
      const buffer = new Uint8Array(args[0] as number);
      const result = await calls[name](buffer, ...args.slice(1));
      return [buffer, result];
    }
    case "recvmsg_into": {
      const buffers = (args[0] as number[]).map((size) => new Uint8Array(size));
      return [buffers, await calls[name](buffers, ...args.slice(1))];
    }
    case "recvmsg": {
      const [data, ancillary, flags, sender] = await named(target)
        .recvmsg(
          args[0] as number,
          (args[1] ?? 1024) as number,
          args[2] as number,
        );
      const kinds = ancillary.map((
        [level, type, content],
      ) => [level, type, content.length]);
      return [data, kinds, flags, sender];
    }
    case "sendfile": {
      const file = open(new TextEncoder().encode(`${Deno.args[0]}\0`), 0);
      try {
        const [offset, count] = args as number[];
        return await named(target).sendfile(file, { offset, count });
      } finally {
        close(file);
      }
    }
    case "detach": {
      const fd = named(target).detach() as number;
      if (fd >= 0) module.close(fd);
      return null;
    }
  }
  return await calls[name](...args);
}

const { open, close } = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
}).symbols;
// Half a second after its start Deno opens a pair of sockets that it hears signals
// by, unless it is open: the call is not one of ours.
const ignore = () => {};
Deno.addSignalListener("SIGHUP", ignore);
Deno.removeSignalListener("SIGHUP", ignore);
module.setDefaultDriver(posix);
const text = await Deno.readTextFile(Deno.args[0]);
try {
  // The mark that system calls are compared from.
  module.socket(undefined, undefined, undefined, { fileno: 0x7fffff00 });
} catch {
  // No such descriptor.
}
for (const line of expand(text.trimEnd().split("\n"))) {
  if (line === "" || line.startsWith("#")) continue;
  const [, keep, target, method, rest] =
    /^(?:([\w,]+) = )?(?:(\w+)\.)?(\w+) (\[.*\])$/.exec(line)!;
  let outcome: Json;
  try {
    let result = await perform(
      target,
      method,
      value(JSON.parse(rest)) as Json[],
    );
    if (keep !== undefined) {
      const made = keep.includes(",") || method === "accept"
        ? result as Socket[]
        : [result as Socket];
      for (const [index, name] of keep.split(",").entries()) {
        names.set(name, made[index]);
      }
      if (method === "accept") result = ["socket", (result as Json[])[1]];
    }
    outcome = shown(result);
  } catch (error) {
    const { name, errno } = error as module.OSError;
    outcome = ["error", name, errno ?? null];
  }
  console.log(JSON.stringify([line, outcome]));
}
