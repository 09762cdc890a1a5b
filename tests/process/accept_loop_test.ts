import { assert, assertEquals } from "@std/assert";
import { runProgram } from "../support/program.ts";

Deno.test("connections() goes on after descriptors ran out", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  // The server opens files until none is left and closes one per connection.
  const { stdout, stderr } = await runProgram(
    `
    import { createServer } from "socket";
    const server = createServer(["127.0.0.1", 0]);
    const clients = [];
    for (let count = 0; count < 4; count++) {
      clients.push(await Deno.connect(server.getsockname()[1] && {
        hostname: "127.0.0.1", port: server.getsockname()[1] }));
    }
    const files = [];
    try {
      while (files.length < 500) files.push(Deno.openSync("/dev/null"));
    } catch (error) {
      console.log(error.code);
    }
    const failed = await server.accept().then(() => "accepted", (e) => e.code);
    console.log(failed);
    setTimeout(() => files.splice(0).forEach((file) => file.close()), 50);
    let served = 0;
    for await (const [connection] of server) {
      connection.close();
      if (++served === 4) break;
    }
    server.close();
    for (const client of clients) client.close();
    console.log("served", served);`,
    {
      flags: ["--allow-net", "--allow-read=/dev/null"],
      through: ["/bin/sh", "-c", 'ulimit -n 100; exec "$@"', "sh"],
    },
  );
  assertEquals(stdout, "EMFILE\nEMFILE\nserved 4\n", stderr);
  assert(stderr === "", stderr);
});
