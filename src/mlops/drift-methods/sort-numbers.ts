/** Below this the library's own sort is faster. */
const FEW = 20_000;
const BITS = 11;
const SIZE = 2 ** BITS;
const MASK = SIZE - 1;
/** Runs with equal leading bits are sorted by insertion up to this length. */
const SHORT_RUN = 24;

/**
 * Sorts numbers (no NaN) in place, ascending, and answers them. Large arrays are put in order by the leading 32 of their
 * bits with three counting passes; the short runs that these leave are sorted on their own. -0 is made 0.
 */
export function sortNumbers(values: Float64Array): Float64Array {
  if (values.length < FEW) return values.sort();
  const leading = new Uint32Array(values.length);
  const counts = [new Uint32Array(SIZE), new Uint32Array(SIZE), new Uint32Array(SIZE)] as const;
  readKeys(values, leading, counts);
  let from: KeyedNumbers = { keys: leading, values };
  let to: KeyedNumbers = { keys: new Uint32Array(values.length), values: new Float64Array(values.length) };
  counts.forEach((count, place) => {
    if (count.includes(values.length)) return;
    scatter(from, to, count, place * BITS);
    [from, to] = [to, from];
  });
  if (from.values !== values) values.set(from.values);
  sortRuns(from.keys, values);
  return values;
}

interface KeyedNumbers {
  readonly keys: Uint32Array;
  readonly values: Float64Array;
}

/** Leading 32 bits of each value so that they ascend as the values do, and how often each digit of them occurs. */
function readKeys(
  values: Float64Array,
  keys: Uint32Array,
  [low, middle, high]: readonly [Uint32Array, Uint32Array, Uint32Array],
): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] === 0) values[at] = 0;
    const word = words[2 * at + 1] ?? 0;
    const key = (word & 0x80000000 ? ~word : word | 0x80000000) >>> 0;
    keys[at] = key;
    low[key & MASK] = (low[key & MASK] ?? 0) + 1;
    middle[(key >>> BITS) & MASK] = (middle[(key >>> BITS) & MASK] ?? 0) + 1;
    high[key >>> (2 * BITS)] = (high[key >>> (2 * BITS)] ?? 0) + 1;
  }
}

/** One counting pass by the digit at `shift`; equal digits keep their order. */
function scatter(from: KeyedNumbers, to: KeyedNumbers, counts: Uint32Array, shift: number): void {
  const places = new Uint32Array(SIZE);
  let sum = 0;
  for (let digit = 0; digit < SIZE; digit += 1) {
    places[digit] = sum;
    sum += counts[digit] ?? 0;
  }
  const { keys, values } = from;
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at] ?? 0;
    const digit = (key >>> shift) & MASK;
    const place = places[digit] ?? 0;
    places[digit] = place + 1;
    to.keys[place] = key;
    to.values[place] = values[at] ?? 0;
  }
}

/** Sorts each run of equal keys by the values' other bits. */
function sortRuns(keys: Uint32Array, values: Float64Array): void {
  let start = 0;
  for (let at = 1; at <= keys.length; at += 1) {
    if (at < keys.length && keys[at] === keys[start]) continue;
    if (at - start > SHORT_RUN) values.subarray(start, at).sort();
    else if (at - start > 1) insertionSort(values, start, at);
    start = at;
  }
}

function insertionSort(values: Float64Array, start: number, end: number): void {
  for (let at = start + 1; at < end; at += 1) {
    const value = values[at] ?? 0;
    let place = at;
    while (place > start && (values[place - 1] ?? 0) > value) {
      values[place] = values[place - 1] ?? 0;
      place -= 1;
    }
    values[place] = value;
  }
}
