// Requests whose descriptor a Worker is lent leave none open, however they end. Each
// test has a process of its own: that of the tests is shared by other files.
import { assertEquals } from "@std/assert";
import { handlers } from "../support/forking.ts";
import { hasPosix } from "../support/posix.ts";
import { POSIX } from "../support/posix_program.ts";
import { runProgram } from "../support/program.ts";

const SUPPORT = import.meta.resolve("../support/forking.ts");
const OPEN_FILES = import.meta.resolve("../support/open_files.ts");

/** What a client says, and what ends its request then. */
const ends: Record<string, readonly [line: string, end: string]> = {
  "is done": ["worker", ""],
  "throws": ["throw in handle", "await server.nextError();"],
  "closes its connection": [
    "close",
    "assert(await server.shutdown({ grace: 0 }) === 1);",
  ],
  "ends its Worker by Deno.exit()": [
    "crash by Deno.exit(3)",
    "await server.nextError();",
  ],
  "ends its Worker by process.exit()": [
    "crash by process.exit(3)",
    "await server.nextError();",
  ],
  "ends its Worker by close()": [
    "crash by close()",
    "await server.nextError();",
  ],
  "ends its Worker by an error that nothing catches": [
    "crash in a timer",
    "await server.nextError();",
  ],
  "waits, and ends its Worker by close() meanwhile": [
    "wait and close",
    "await server.nextError();",
  ],
  "waits, and ends its Worker by an error meanwhile": [
    "wait and throw",
    "await server.nextError();",
  ],
  "waits, and is given up by requestTimeout": [
    "wait",
    "await server.nextError();",
  ],
  "waits, and is given up by shutdown()": [
    "wait",
    "assert(await server.shutdown({ grace: 0 }) === 1);",
  ],
};

for (const [what, [line, end]] of Object.entries(ends)) {
  Deno.test({
    name: `a handler that ${what} leaves no descriptor open [POSIX]`,
    ignore: !hasPosix,
    async fn() {
      const module = handlers(line.startsWith("wait") ? "lent" : "commands");
      const requestTimeout = what.includes("requestTimeout") ? 1 : null;
      const { code, stdout, stderr } = await runProgram(
        `
        import { Client, handlers, Keeping, until } from "${SUPPORT}";
        import { openFiles } from "${OPEN_FILES}";
        import { posix } from "${POSIX}";
        const assert = (holds) => {
          if (!holds) throw new Error("it did not end as it should");
        };
        // Deno opens what it hears signals by some time after its start.
        Deno.addSignalListener("SIGHUP", () => {});
        const count = () => [...openFiles().values()].filter((file) =>
          /^(socket:|anon_inode:)/.test(file)
        ).length;
        async function request() {
          const server = new Keeping(["127.0.0.1", 0], "${module}", { driver: posix, maxChildren: 2, requestTimeout: ${requestTimeout} });
          const served = server.serveForever();
          using client = await Client.to(server.serverAddress[1], "${line}");
          ${line.startsWith("throw") ? "" : "assert(await client.hear());"}
          ${end}
          assert(await client.hear() === undefined);
          await server.shutdown();
          await served;
          await server.serverClose();
        }
        // What is opened once for all is no leak, and a thread ends a little later
        // than its Worker.
        let least = Infinity;
        for (let round = 0; round < 3; round++) {
          await request();
          least = Math.min(least, count());
        }
        for (let round = 0; round < 4; round++) await request();
        await until(() => count() <= least, "no more descriptors are open");
        console.log("over");
        Deno.exit();
        `,
        { flags: ["--allow-all"] },
      );
      assertEquals([code, stdout, stderr], [0, "over\n", ""]);
    },
  });
}
