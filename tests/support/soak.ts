// How much the long and heavy tests do.

/** Whether all is to be done. */
export const isFull: boolean = Deno.env.get("SOAK") === "1";

/** Gives how many of `full` to do: all where SOAK is 1, otherwise a tenth. */
export function sized(full: number): number {
  return isFull ? full : Math.ceil(full / 10);
}

/**
 * Gives how often what happens at random must have happened: `full` times where
 * SOAK is 1, otherwise once, since in a short run on a busy machine it is rare.
 */
export function atLeast(full: number): number {
  return isFull ? full : 1;
}
