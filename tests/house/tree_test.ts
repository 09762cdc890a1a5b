import { assertEquals } from "@std/assert";
import { expectNone, filesIn, libraryFiles, read, root } from "./source.ts";

/** The whole top level; names that begin with a dot are the tools'. */
const topLevel: readonly string[] = [
  "LICENSE",
  "README.md",
  "deno.json",
  "deno.lock",
  "examples",
  "mod.ts",
  "server",
  "socket",
  "tests",
];

/** Made by tools, and ignored by git. */
const ignored: readonly string[] = ["coverage", "node_modules"];

/** Files without a test of their own, and what tests them. */
const testedElsewhere: Readonly<Record<string, string>> = {
  "socket/mod.ts": "tests/house/surface_test.ts",
  "socket/driver.ts": "tests/conformance/", // the contract: it has no code
  // Every call of theirs goes to a driver.
  "socket/socket.ts": "tests/conformance/",
  "socket/create_socket.ts": "tests/conformance/",
  "socket/error_message.ts": "tests/socket/errors_test.ts", // the text of every error
  "socket/text/ip_address.ts": "tests/socket/convert/inet_test.ts", // what inet.ts stands on
  "socket/text/unicode_errors.ts": "tests/socket/file/", // files throw them
  "socket/select/mod.ts": "tests/house/related_modules_test.ts",
  "socket/select/fd_sets.ts": "tests/socket/select/select_test.ts",
  "socket/select/key_error.ts": "tests/socket/select/poll_test.ts",
  "socket/selectors/mod.ts": "tests/house/related_modules_test.ts",
  "socket/selectors/list_backend.ts":
    "tests/socket/selectors/poll_selector_test.ts",
  "socket/selectors/selector_key.ts":
    "tests/socket/selectors/base_selector_test.ts",
  "server/mod.ts": "tests/house/surface_test.ts",
  "server/mix_in.ts": "tests/server/threading_test.ts",
  "server/report.ts": "tests/process/server_report_test.ts",
};

/** Folders that one subject tests as a whole, and where. */
const foldersTested: Readonly<Record<string, string>> = {
  "socket/endpoint/": "tests/conformance/",
  "socket/sandbox/": "tests/conformance/",
  "socket/posix/": "tests/conformance/",
  "socket/constants/": "tests/socket/constants_test.ts",
  "socket/file/": "tests/socket/file/",
  "socket/ssl/": "tests/socket/ssl/",
  "server/asynchat/": "tests/interop/asynchat_steps_test.ts",
  "server/asyncore/": "tests/interop/asyncore_steps_test.ts",
  "server/forking/": "tests/process/forking_test.ts",
  "socket/file/codecs/": "tests/socket/file/",
};

function testOf(path: string): string {
  const folder = Object.keys(foldersTested).find((each) =>
    path.startsWith(each)
  );
  return testedElsewhere[path] ??
    (folder === undefined
      ? `tests/${path.replace(/\.ts$/, "_test.ts")}`
      : foldersTested[folder]);
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(new URL(path, root));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("the top level is the fixed one", () => {
  const names = [...Deno.readDirSync(root)].map(({ name }) => name)
    .filter((name) => !name.startsWith(".") && !ignored.includes(name));
  assertEquals(
    names.sort(),
    topLevel,
    "Put new files into a folder that is there; the top level of a package is what everyone sees first",
  );
});

Deno.test("every library file outside the drivers has a test", () => {
  const problems = libraryFiles()
    .filter((path) => path !== "mod.ts" && !isThere(testOf(path)))
    .map((path) => `${path} needs ${testOf(path)}`);
  expectNone(
    problems,
    "Write the test, or say in `testedElsewhere` which one covers the file:",
  );
});

Deno.test("every exception to the rule of tests names a file that is there", () => {
  const files = libraryFiles();
  expectNone(
    Object.keys(testedElsewhere).filter((path) => !files.includes(path)),
    "Remove these from `testedElsewhere`:",
  );
});

Deno.test("every example has a test", () => {
  const tests = filesIn("tests/examples/", "_test.ts").map(read).join("\n");
  expectNone(
    filesIn("examples/").filter((path) =>
      !tests.includes(path.slice("examples/".length, -".ts".length))
    ),
    "Run each of these as a user would, with its flags, in tests/examples/:",
  );
});
