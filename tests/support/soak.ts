// How much the long and heavy tests do.

/** Gives how many of `full` to do: all where SOAK is 1, otherwise a tenth. */
export function sized(full: number): number {
  return Deno.env.get("SOAK") === "1" ? full : Math.ceil(full / 10);
}
