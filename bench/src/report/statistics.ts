/** The value that `share` (0 to 1) of the sorted values do not exceed, by the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('There are no values to take a percentile of.');
  return value;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);
