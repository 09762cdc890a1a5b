/** A system that this folder has the numbers of. */
export type Platform = "linux" | "darwin" | "windows";

// The only place that asks for the system. Android is Linux; the other Unixes
// that Deno names are closer to macOS, whose numbers come from BSD.
const { os } = Deno.build;

/** The system whose numbers are in use. */
export const platform: Platform = os === "linux" || os === "android"
  ? "linux"
  : os === "windows"
  ? "windows"
  : "darwin";
