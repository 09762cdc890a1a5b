// asyncore and asynchat of Python's, which its versions up to 3.11 have.
import { hasPython, interpreter } from "./python.ts";

/** Whether the interpreter has the two modules. */
export const hasAsyncore: boolean = hasPython && find();

/** What `Deno.test` takes for a test that needs them. */
export const needsAsyncore: { ignore: boolean } = { ignore: !hasAsyncore };

function find(): boolean {
  const { success } = new Deno.Command(interpreter, {
    args: ["-I", "-W", "ignore", "-c", "import asyncore, asynchat"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).outputSync();
  if (!success) {
    console.log(
      `skipping the tests that need Python's asyncore: ${interpreter} is newer than 3.11`,
    );
  }
  return success;
}
