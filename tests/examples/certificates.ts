// The certificates of the TLS examples, made as their readers are told to.
import { assert, assertEquals } from "@std/assert";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { copy, ROOT } from "./process.ts";

/** What `Deno.test` takes for a test that needs the certificates. */
export const needsOpenssl: { ignore: boolean } = needsProgram(
  "openssl",
  "version",
);

let made: Promise<void> | undefined;

/** Makes them by the lines at the top of tls_echo_server.ts, in the folder of the copy. */
export function makeCertificates(): Promise<void> {
  return made ??= (async () => {
    const text = await Deno.readTextFile(
      new URL("examples/tls_echo_server.ts", ROOT),
    );
    await Deno.mkdir(`${copy.folder}/certificates`);
    const lines = [...text.matchAll(/^ \* +openssl (req .*)$/gm)];
    assert(lines.length > 0, "tls_echo_server.ts shows no certificates");
    for (const [, line] of lines) {
      const args = line.split(" ")
        .map((word) => word.replace(/^certificates\//, `${copy.folder}/$&`));
      const { code, stderr } = await runForeign("openssl", args);
      assertEquals(code, 0, stderr);
    }
  })();
}

/** The folder with them. */
export const FOLDER = `${copy.folder}/certificates`;
