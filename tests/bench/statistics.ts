/** The value in the middle: the median. */
export function middle(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * How far the median of values may be off: its standard error, taken from the middle
 * half of the values, so that single bad ones do not count.
 */
export function uncertainty(values: readonly number[]): number {
  const half = quantile(values, 0.75) - quantile(values, 0.25);
  // Of a normal distribution: the half is 1.35 σ, the error 1.25 σ / √n.
  return 0.93 * half / Math.sqrt(values.length);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  return below + (above - below) * (place % 1);
}
