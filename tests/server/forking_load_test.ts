// What the parent says of a Worker that does not start.
import { assertEquals, assertThrows } from "@std/assert";
import { checkUnbundled } from "../../server/forking/options.ts";
import { loadError } from "../../server/forking/parent/load_error.ts";
import { program } from "../../server/forking/parent/worker_url.ts";

const HANDLER = "file:///app/handler.ts";

for (const name of [program.href, program.pathname]) {
  Deno.test(`loadError() names the program of Workers, not the handler, if ${name === program.href ? "its URL" : "its path"} is what cannot be found`, () => {
    assertEquals(
      loadError(HANDLER, new Error(`Cannot find module '${name}'`)).message,
      `Cannot load the program of Workers "${program}": Cannot find module '${name}'`,
    );
  });
}

Deno.test("loadError() names the handler's module, and the one that it lacks", () => {
  assertEquals(
    loadError(
      HANDLER,
      'Uncaught (in worker "") Module not found "file:///app/worker.ts".',
    )
      .message,
    'Cannot load the handler module "file:///app/handler.ts": Module not found "file:///app/worker.ts"',
  );
});

Deno.test("a forking server that is in a bundle says that it cannot work there, and how it can", () => {
  const { message } = assertThrows(
    () => checkUnbundled("make a ForkingTCPServer", "file:///app/out.js"),
    Error,
  );
  assertEquals(
    message,
    'Cannot make a ForkingTCPServer: this package is in the bundle "file:///app/out.js", and a Worker loads its program from the package\'s own files; leave the package out of the bundle, as by deno bundle --external=@berkeley/socket',
  );
  checkUnbundled(
    "make a ForkingTCPServer",
    "https://registry.example/@berkeley/socket/0.1.0/server/forking/parent/worker_url.ts",
  );
});
