import { assert, assertEquals } from "@std/assert";
import { flagsIn, outcomeOf, type ThrownFields } from "../support/program.ts";

const linux = Deno.build.os === "linux";

Deno.test("gethostname() names the flag that makes it work", async () => {
  const call = `socket.gethostname()`;
  const error = await outcomeOf(call, []) as ThrownFields;
  assertEquals(
    error.message,
    "Cannot get the host name: permission denied (EACCES); run again with --allow-sys=hostname",
  );
  const { value } = await outcomeOf(call, flagsIn(error.message)) as {
    value: string;
  };
  assert(value.length > 0);
});

Deno.test("gethostname() takes /etc/hostname where that may be read", {
  ignore: !linux,
}, async () => {
  let file: string;
  try {
    file = await Deno.readTextFile("/etc/hostname");
  } catch {
    return; // not every system has it
  }
  assertEquals(
    await outcomeOf(`socket.gethostname()`, ["--allow-read=/etc/hostname"]),
    { value: file.trim() },
  );
});

Deno.test("sethostname() names the flag that makes it work", {
  ignore: !linux,
}, async () => {
  const call = `socket.sethostname("renamed")`;
  const error = await outcomeOf(call, ["--allow-write"]) as ThrownFields;
  assertEquals(
    error.message,
    "Cannot set the host name: permission denied (EACCES); run again with --allow-all",
  );
});

// With a host name of its own, and as nobody.
const unshare = ["unshare", "-u"];

const nobody = ["setpriv", "--reuid=65534", "--clear-groups"];

/** What `Deno.test` takes for a test that runs Deno with something in front. */
function needs(prefix: readonly string[]): { ignore: boolean } {
  const [program, ...args] = [...prefix, Deno.execPath(), "--version"];
  try {
    if (linux && new Deno.Command(program, { args }).outputSync().success) {
      return { ignore: false };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log(`skipping a test of sethostname(): no ${prefix.join(" ")} here`);
  return { ignore: true };
}

Deno.test("sethostname() renames the machine", needs(unshare), async () => {
  const call = (name: string) =>
    `{
    socket.sethostname(${JSON.stringify(name)});
    return socket.gethostname();
  }`;
  for (const name of ["renamed", "re.named.test", "x".repeat(64)]) {
    assertEquals(
      await outcomeOf(call(name), ["--allow-all"], unshare),
      {
        value: name,
      },
    );
  }
});

Deno.test(
  "sethostname() throws EPERM if the user is not the superuser",
  needs(nobody),
  async () => {
    const error = await outcomeOf(`socket.sethostname("renamed")`, [
      "--allow-all",
    ], [...nobody, "env", "HOME=/tmp"])
      .catch((error) => error) as ThrownFields;
    // Deno itself may not start there: then there is nothing to see.
    if (error instanceof Error) return;
    assertEquals([error.name, error.code], ["PermissionError", "EPERM"]);
  },
);
