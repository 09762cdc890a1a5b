// What is the same for many of the examples, as tests; each example's own tests
// are in its own file.
import { assertEquals, assertMatch } from "@std/assert";
import { commandsOf, here, run, start, unpermitted } from "./process.ts";

/** An example, and how it is run: with the ports that a user sees. */
interface Example {
  /** Its file's name, without the ending. */
  readonly name: string;
  /** The `deno run` lines that it should have at its top. */
  readonly commands: readonly string[];
  /** Where it listens, or where it connects to. */
  readonly address: string;
  /**
   * The flags that it asks for when it is run with none; if omitted, its own
   * tests say what it then does.
   */
  readonly flags?: string;
  /** Removes what an example that was killed has left at the address. */
  readonly clear?: () => Promise<void>;
  /** Whether this system cannot run it. */
  readonly ignore?: boolean;
}

/** An example that serves until Ctrl-C. */
export interface ServerExample extends Example {
  /** What it prints as soon as it serves. */
  readonly first: string;
  /** What it prints at its end. */
  readonly last: string;
  /** Takes its address away from it; if omitted, its own tests say what it then does. */
  readonly hold?: () => { close(): void };
}

/** An example that is a client. */
export interface ClientExample extends Example {
  /**
   * Why it cannot connect where nobody listens; if omitted, its own tests say what
   * it then does.
   */
  readonly refusal?: string;
}

/** Registers the usual tests of a server. */
export function testServer(server: ServerExample): void {
  const { name, commands, address, hold, first, last, ignore } = server;
  const [command] = commands;
  testCommands(server);

  for (const signal of ["Ctrl-C", "SIGTERM"]) {
    Deno.test({
      name: `${name} ends at ${signal} before any client`,
      ignore: ignore || signal === "SIGTERM" && Deno.build.os === "windows",
      async fn() {
        await server.clear?.();
        await using serving = start(command);
        await serving.printed(here(first));
        if (signal === "SIGTERM") serving.terminate();
        else serving.interrupt();
        assertEquals(await serving.end(), {
          code: 0,
          stdout: here(first + last),
          stderr: "",
        });
      },
    });
  }

  if (hold !== undefined) {
    Deno.test({
      name: `${name} says that the port is in use`,
      ignore,
      async fn() {
        await server.clear?.();
        const held = hold();
        const ended = await run(command);
        held.close();
        assertEquals(ended, {
          code: 1,
          stdout: "",
          stderr: here(
            `Cannot bind to "${address}": address already in use (EADDRINUSE)\n`,
          ),
        });
      },
    });
  }

  testPermission(server, "bind");
}

/**
 * Registers tests that a server serves a client twice and then ends at Ctrl-C, both
 * run by flags and both by `-P`.
 *
 * @param client The example that is its client.
 * @param told What the client prints, and what the server prints after its first line.
 */
export function testServing(
  server: ServerExample,
  client: string,
  told: { readonly client: string; readonly server: RegExp },
): void {
  for (const way of [0, 1]) {
    const command = server.commands[way];
    Deno.test({
      name: `${server.name} serves ${client} until Ctrl-C [${command}]`,
      ignore: server.ignore,
      async fn() {
        const call = (await commandsOf(client))[way];
        await server.clear?.();
        await using serving = start(command);
        const first = here(server.first);
        assertEquals(await serving.printed("stop\n"), first);
        for (let i = 0; i < 2; i++) {
          const { code, stdout } = await run(call);
          assertEquals([code, stdout], [0, told.client]);
        }
        serving.interrupt();
        const { code, stdout } = await serving.end();
        assertMatch(stdout.slice(first.length), told.server);
        assertEquals(code, 0);
      },
    });
  }
}

/** Registers the usual tests of a client. */
export function testClient(client: ClientExample): void {
  const { name, commands, address, refusal } = client;
  testCommands(client);

  if (refusal !== undefined) {
    Deno.test({
      name: `${name} says that nobody listens`,
      ignore: client.ignore,
      async fn() {
        await client.clear?.();
        assertEquals(await run(commands[0]), {
          code: 1,
          stdout: "",
          stderr: here(`Cannot connect to "${address}": ${refusal}\n`),
        });
      },
    });
  }

  testPermission(client, "connect");
}

function testCommands({ name, commands }: Example): void {
  Deno.test(`${name} names its commands`, async () => {
    assertEquals(await commandsOf(name), commands);
  });
}

function testPermission(
  { name, commands, address, flags, ignore }: Example,
  call: "bind" | "connect",
): void {
  if (flags === undefined) return;
  Deno.test({
    name: `${name} names what it needs without permission to ${call}`,
    ignore,
    async fn() {
      assertEquals(await run(unpermitted(commands[0])), {
        code: 1,
        stdout: "",
        stderr: here(
          `Cannot ${call} to "${address}": permission denied (EACCES); ` +
            `run again with ${flags}\n`,
        ),
      });
    },
  });
}
