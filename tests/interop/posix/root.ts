import { hasPosix } from "../../support/posix.ts";

/** Whether the tests run as root. */
export const isRoot: boolean = hasPosix && askIsRoot();

function askIsRoot(): boolean {
  const { stdout } = new Deno.Command("id", { args: ["-u"] }).outputSync();
  const isRoot = new TextDecoder().decode(stdout).trim() === "0";
  if (!isRoot) console.log("skipping the tests that need root");
  return isRoot;
}
