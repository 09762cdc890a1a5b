// What `deno task echo` runs: the echo server and its client of examples/, once
// and end to end, each a process of its own with its own permissions and no
// others. They use a free port, or the one that the command line names. Shows what
// both print, ends with the client's exit code, and leaves no process behind.
import { ExampleCopy } from "./example_copy.ts";

const PORT = 50007; // as the examples have it
const [port] = Deno.args;

// Milliseconds after which the processes are ended, whatever keeps them.
const LONGEST = 60_000;

const copy = new ExampleCopy(
  port === undefined ? {} : { [PORT]: Number(port) },
);
const stop = new AbortController();
const running: Deno.ChildProcess[] = [];

/** Starts an example, which is ended when `stop` aborts. */
function start(
  example: string,
  stdout: "piped" | "inherit",
): Deno.ChildProcess {
  // By the path of the Deno that runs this, for there need be none on PATH.
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", `-P=${example}`, `examples/${example}.ts`],
    cwd: copy.folder,
    stdin: "null",
    stdout,
    stderr: "inherit",
    signal: stop.signal,
  }).spawn();
  running.push(child);
  return child;
}

async function echo(): Promise<number> {
  const server = start("echo_server", "piped");
  const listening = Promise.withResolvers<void>();
  const shown = server.stdout.pipeThrough(
    new TransformStream({
      transform(bytes, controller) {
        controller.enqueue(bytes);
        // The first that it prints is that it listens.
        listening.resolve();
      },
    }),
  ).pipeTo(Deno.stdout.writable, { preventClose: true });
  shown.catch(() => stop.abort());
  const ended = await Promise.race([listening.promise, server.status]);
  // If it cannot listen it says why, and ends.
  if (ended) return ended.code;

  const { code } = await start("echo_client", "inherit").status;
  if (code === 0) await shown;
  return code;
}

const signals: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];
for (const signal of signals) {
  Deno.addSignalListener(signal, () => stop.abort());
}
const timer = setTimeout(() => stop.abort(), LONGEST);
try {
  Deno.exitCode = await echo();
} finally {
  clearTimeout(timer);
  stop.abort();
  await Promise.all(running.map((child) => child.status));
  copy[Symbol.dispose]();
}
