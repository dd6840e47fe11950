import type { NumericPair } from '../samples.ts';

/** Largest distance of the two empirical distribution functions, 0 to 1; equal values are stepped over together. */
export function kolmogorovSmirnov({ reference, current }: Pick<NumericPair, 'reference' | 'current'>): number {
  const [n, m] = [reference.length, current.length];
  let [i, j] = [0, 0];
  let largest = 0;
  while (i < n && j < m) {
    const [x, y] = [reference[i] ?? 0, current[j] ?? 0];
    const value = Math.min(x, y);
    while (i < n && reference[i] === value) i += 1;
    while (j < m && current[j] === value) j += 1;
    const distance = Math.abs(i / n - j / m);
    if (distance > largest) largest = distance;
  }
  return largest;
}
