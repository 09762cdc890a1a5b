/** A system whose numbers this folder has. */
export type Platform = "linux" | "darwin" | "windows";

// The folder's one look at the system. Android is Linux; the remaining Unixes
// that Deno names are closer to macOS, whose numbers are BSD's too.
const { os } = Deno.build;

/** Whose numbers the running system uses. */
export const platform: Platform = os === "linux" || os === "android"
  ? "linux"
  : os === "windows"
  ? "windows"
  : "darwin";
