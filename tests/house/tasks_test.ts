import { assertEquals } from "@std/assert";
import { expectNone, filesIn, read } from "./source.ts";

/** The folders whose tests make up `deno task test`. */
const quick: readonly string[] = ["conformance", "socket", "server", "house"];

const tasks: Readonly<Record<string, { command: string }>> =
  JSON.parse(read("deno.json")).tasks;

/** The command lines that a task comes to, in order. */
function commandsOf(task: string): string[] {
  return tasks[task].command.split(" && ").flatMap((command) => {
    const [, called] = command.match(/^deno task (\S+)$/) ?? [];
    return called === undefined ? [command] : commandsOf(called);
  });
}

/** The test folders that a command line runs. */
function foldersOf(command: string): string[] {
  if (!command.startsWith("deno test")) return [];
  return [...command.matchAll(/ tests\/(\w+)/g)].map(([, folder]) => folder);
}

Deno.test("deno task ok runs the tests of each folder once", () => {
  const folders = filesIn("tests/", "_test.ts")
    .map((path) => path.split("/")[1]).filter((folder) => folder !== "std");
  assertEquals(
    commandsOf("ok").flatMap(foldersOf).sort(),
    [...new Set(folders)].sort(),
  );
});

Deno.test("deno task test runs the quick tests", () => {
  assertEquals(commandsOf("test").flatMap(foldersOf), quick);
});

Deno.test(".ci/run runs what deno task ok runs, and nothing twice", () => {
  const called = [...read(".ci/run").matchAll(/^run\w* "deno task (\S+)"$/gm)]
    .map(([, task]) => task);
  // The README's own test command is the first.
  const commands = ["test", ...called].flatMap(commandsOf);
  assertEquals(commands.sort(), commandsOf("ok").sort());
  expectNone(
    commands.filter((command, index) => commands.indexOf(command) !== index),
    "These run twice:",
  );
});
