// Programs in processes of their own, with exactly the permissions that a test
// names, and no one to ask for more.

const ROOT = new URL("../../", import.meta.url);

// Milliseconds after which a process is killed.
const LONGEST = 30_000;

/** Runs something with a program of its own in front, such as `ip netns exec`. */
export type Prefix = readonly string[];

/**
 * Runs code that may use the library as `socket`, and gives what it printed,
 * read as JSON. An error becomes its fields.
 *
 * @param flags Its permissions, such as `--allow-net=127.0.0.1`.
 * @param prefix What to run it with.
 */
export async function runChild(
  expression: string,
  flags: readonly string[],
  prefix: Prefix = [],
): Promise<unknown> {
  const code = `
    import * as socket from ${JSON.stringify(new URL("socket/mod.ts", ROOT))};
    let result;
    try {
      result = { value: await (async () => ${expression})() };
    } catch (error) {
      const { name, message, errno, code } = error;
      result = { name, message, errno, code };
    }
    console.log(JSON.stringify(result));
  `;
  const [program, ...args] = [
    ...prefix,
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-check"],
    ...["--config", new URL("deno.json", ROOT).pathname, ...flags, "-"],
  ];
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST);
  await new Blob([code]).stream().pipeTo(child.stdin).catch(() => {});
  const { success, stdout, stderr } = await child.output();
  clearTimeout(timer);
  if (success) return JSON.parse(new TextDecoder().decode(stdout));
  throw new Error(`The child failed: ${new TextDecoder().decode(stderr)}`);
}

/** An error as {@linkcode runChild} gives it. */
export interface ChildError {
  readonly name: string;
  readonly message: string;
  readonly errno?: number;
  readonly code?: string;
}

/** The flags that a message of the library's names. */
export function flagsIn(message: string): string[] {
  return message.match(/--allow-[a-z]+(?:=[^\s,;]+)?/g) ?? [];
}
