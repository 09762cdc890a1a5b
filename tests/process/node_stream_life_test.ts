import { assertEquals } from "@std/assert";
import { runProgram } from "../support/program.ts";

for (
  const [what, after, alive] of [
    ["an idle NodeStream lets the process end", "", false],
    [
      "a read that waits on a NodeStream keeps the process alive",
      "conn.ref(); conn.read(new Uint8Array(1));",
      true,
    ],
    [
      "a read of an unref'd NodeStream lets the process end",
      "conn.unref(); conn.read(new Uint8Array(1));",
      false,
    ],
    [
      "a NodeStream can be unref'd during a read",
      "conn.read(new Uint8Array(1)); conn.unref();",
      false,
    ],
    [
      "a NodeStream can be ref'd during a read",
      "conn.unref(); conn.read(new Uint8Array(1)); conn.ref();",
      true,
    ],
  ] as const
) {
  Deno.test(what, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepting = listener.accept();
    const library = new URL(
      "../../socket/sandbox/node/connect.ts",
      import.meta.url,
    );
    const { code, stderr } = await runProgram(
      `
      import { nodeConnect } from "${library}";
      const { conn } = await nodeConnect({ host: "127.0.0.1",
        port: Number(Deno.args[0]), family: 4 }, new AbortController().signal);
      Deno.unrefTimer(setTimeout(() => Deno.exit(7), 300));
      ${after}`,
      {
        flags: ["--allow-net"],
        args: [`${listener.addr.port}`],
        longest: 5000,
      },
    );
    (await accepting).close();
    assertEquals([code !== 0, stderr], [alive, ""]);
  });
}
