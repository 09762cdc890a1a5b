/** The interpreter of the Python servers: `python3`, or what the variable PYTHON names. */
export const interpreter: string = Deno.env.get("PYTHON") || "python3";

/** The interpreter that has uvloop: that one, or the system's own, to which Debian's python3-uvloop belongs. */
export const uvloop: string | undefined = await hasUvloop(interpreter)
  ? interpreter
  : await hasUvloop("/usr/bin/python3")
  ? "/usr/bin/python3"
  : undefined;

async function hasUvloop(python: string): Promise<boolean> {
  const options: Deno.CommandOptions = {
    args: ["-I", "-c", "import uvloop"],
    stderr: "null",
  };
  try {
    return (await new Deno.Command(python, options).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Tells which Python the interpreter is, such as "3.13"; if there is none, says so. */
export async function pythonVersion(): Promise<string | undefined> {
  const code = "import sys; print('%d.%d' % sys.version_info[:2], end='')";
  const command = new Deno.Command(interpreter, {
    args: ["-I", "-c", code],
    stderr: "inherit",
  });
  try {
    const { success, stdout } = await command.output();
    if (success) return new TextDecoder().decode(stdout);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.error(`skipping the servers of CPython: no ${interpreter} here`);
}
