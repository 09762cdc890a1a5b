/** What came of doing something again and again. */
export interface Rate {
  /** How often it was done. */
  count: number;
  /** How often a second. */
  rate: number;
}

/**
 * Does something again and again for a time, several at once.
 *
 * @param prepare Gives what the one of a number does.
 */
export async function during(
  seconds: number,
  several: number,
  prepare: (index: number) => () => Promise<void>,
): Promise<Rate> {
  let count = 0;
  let going = true;
  const timer = setTimeout(() => going = false, seconds * 1000);
  const start = performance.now();
  try {
    await Promise.all(Array.from({ length: several }, async (_, index) => {
      const step = prepare(index);
      while (going) {
        await step();
        count++;
      }
    }));
  } finally {
    clearTimeout(timer);
  }
  return { count, rate: count * 1000 / (performance.now() - start) };
}
