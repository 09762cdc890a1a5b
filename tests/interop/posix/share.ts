import type { Socket } from "../../../socket/mod.ts";
import { runPython } from "../../support/python.ts";

/**
 * Runs a program of CPython's that inherits a socket of the test's, there `s`, and
 * `args`; gives what it printed.
 */
export async function share(
  s: Socket,
  code: string,
  ...args: unknown[]
): Promise<string> {
  s.setInheritable(true);
  try {
    return await runPython(
      `
import json, socket, sys
s = socket.socket(fileno=int(sys.argv[1]))
args = json.loads(sys.argv[2])
${code}
s.detach()
`,
      { args: [`${s.fileno()}`, JSON.stringify(args)] },
    );
  } finally {
    s.setInheritable(false);
  }
}
