import type { NumericPair } from '../samples.ts';
import { sortNumbers } from '../sort-numbers.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';

/** Buckets that all values together get, about. */
const WANTED = 2 ** 14;
const LOOKED_AT = 4_096;
/** Share of the values above which all are sorted: picking them out would take longer. */
const MOST_SORTED = 0.2;
/** The leading 16 bits of a number: its sign, exponent and 4 bits of its fraction. */
const COARSE = 2 ** 16;

/**
 * The distance of `kolmogorovSmirnov`, to the last digit, of finite values in any order, without a full sort. Values are
 * counted in buckets by their leading bits; a bucket with many values in a sample of them gets finer buckets. Within a
 * bucket the distance is bounded by the counts of both sides. Only buckets that may exceed the largest distance at any
 * bucket end are sorted. -0 is treated as 0.
 */
export function unsortedKolmogorovSmirnov({ reference, current }: Pick<NumericPair, 'reference' | 'current'>): number {
  const buckets = countBuckets(current);
  const counts = { reference: countIn(buckets, reference), current: countIn(buckets, current) };
  const [n, m] = [reference.length, current.length];
  let largest = 0;
  let [i, j] = [0, 0];
  for (let bucket = 0; bucket < buckets.size; bucket += 1) {
    const [a, b] = [counts.reference[bucket] ?? 0, counts.current[bucket] ?? 0];
    if (a === 0 && b === 0) continue;
    i += a;
    j += b;
    const distance = Math.abs(i / n - j / m);
    // As in the walk over sorted values: after one side has ended, values of the other side do not change the maximum.
    if (distance > largest) largest = distance;
  }
  const { open, places } = openBuckets(counts, { n, m, largest });
  if (places.length === 0) return largest;
  if (places.reduce((sum, { a, b }) => sum + a + b, 0) > MOST_SORTED * (n + m)) {
    return kolmogorovSmirnov({ reference: sortNumbers(reference), current: sortNumbers(current) });
  }
  return walk(
    places,
    { reference: inOpen(buckets, reference, open), current: inOpen(buckets, current, open) },
    { n, m, largest },
  );
}

/** First index of a bucket to sort in both samples, and the number of its values in each. */
interface Place {
  readonly i: number;
  readonly j: number;
  readonly a: number;
  readonly b: number;
}

interface KnownDistance {
  readonly n: number;
  readonly m: number;
  /** Largest distance that is known. */
  readonly largest: number;
}

interface Counts {
  readonly reference: Uint32Array;
  readonly current: Uint32Array;
}

function openBuckets(
  { reference, current }: Counts,
  { n, m, largest }: KnownDistance,
): { open: Uint8Array; places: Place[] } {
  const open = new Uint8Array(reference.length);
  const places: Place[] = [];
  let [i, j] = [0, 0];
  for (let bucket = 0; bucket < reference.length; bucket += 1) {
    const [a, b] = [reference[bucket] ?? 0, current[bucket] ?? 0];
    if (a > 0 || b > 0) {
      if ((i + a) / n - j / m > largest || (j + b) / m - i / n > largest) {
        open[bucket] = 1;
        places.push({ i, j, a, b });
      }
      i += a;
      j += b;
    }
  }
  return { open, places };
}

function walk(
  places: readonly Place[],
  { reference, current }: Pick<NumericPair, 'reference' | 'current'>,
  known: KnownDistance,
): number {
  const { n, m } = known;
  let { largest } = known;
  let [atReference, atCurrent] = [0, 0];
  for (const { i, j, a, b } of places) {
    const [endReference, endCurrent] = [atReference + a, atCurrent + b];
    // From a place in the open values to the same place among all.
    const [before, beforeCurrent] = [i - atReference, j - atCurrent];
    while (atReference < endReference && atCurrent < endCurrent) {
      const value = Math.min(reference[atReference] ?? 0, current[atCurrent] ?? 0);
      while (atReference < endReference && reference[atReference] === value) atReference += 1;
      while (atCurrent < endCurrent && current[atCurrent] === value) atCurrent += 1;
      const distance = Math.abs((before + atReference) / n - (beforeCurrent + atCurrent) / m);
      if (distance > largest) largest = distance;
    }
    [atReference, atCurrent] = [endReference, endCurrent];
  }
  return largest;
}

/** Ascending as the numbers do: a first bucket for each coarse one, and how many of the bits below tell its buckets apart. */
interface Buckets {
  readonly first: Uint32Array;
  readonly shift: Uint8Array;
  readonly size: number;
}

function countBuckets(values: Float64Array): Buckets {
  const words = viewWords(values);
  const seen = new Uint32Array(COARSE);
  const step = Math.max(1, Math.floor(values.length / LOOKED_AT));
  let looked = 0;
  for (let at = 0; at < values.length; at += step) {
    const coarse = toSortKey(words[2 * at + 1] ?? 0) >>> 16;
    seen[coarse] = (seen[coarse] ?? 0) + 1;
    looked += 1;
  }
  const first = new Uint32Array(COARSE);
  const shift = new Uint8Array(COARSE);
  let size = 0;
  for (let coarse = 0; coarse < COARSE; coarse += 1) {
    const bits = Math.min(16, Math.ceil(Math.log2(Math.max(1, ((seen[coarse] ?? 0) / looked) * WANTED))));
    first[coarse] = size;
    shift[coarse] = 16 - bits;
    size += 2 ** bits;
  }
  return { first, shift, size };
}

function viewWords(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}

/** The leading 32 bits of a number so that they ascend as the numbers do. */
function toSortKey(word: number): number {
  return (word & 0x80000000 ? ~word : word | 0x80000000) >>> 0;
}

function countIn({ first, shift, size }: Buckets, values: Float64Array): Uint32Array {
  const counts = new Uint32Array(size);
  const words = viewWords(values);
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] === 0) values[at] = 0;
    const key = toSortKey(words[2 * at + 1] ?? 0);
    const bucket = (first[key >>> 16] ?? 0) + ((key & 0xffff) >>> (shift[key >>> 16] ?? 0));
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** The values in open buckets, ascending. */
function inOpen({ first, shift }: Buckets, values: Float64Array, open: Uint8Array): Float64Array {
  const words = viewWords(values);
  const kept: number[] = [];
  for (let at = 0; at < values.length; at += 1) {
    const key = toSortKey(words[2 * at + 1] ?? 0);
    const bucket = (first[key >>> 16] ?? 0) + ((key & 0xffff) >>> (shift[key >>> 16] ?? 0));
    if (open[bucket] === 1) kept.push(values[at] ?? 0);
  }
  return sortNumbers(Float64Array.from(kept));
}
