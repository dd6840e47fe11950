import { createRandom, type Random } from '../../platform/numbers/index.ts';
import type { ColumnPair } from '../drift-methods/column.ts';
import { compareColumn } from '../drift-methods/compare-column.ts';
import type { CountPair } from '../drift-methods/samples.ts';
import { sortNumbers } from '../drift-methods/sort-numbers.ts';
import { adjustForDiscovery } from './false-discovery.ts';
import { addMissingTest } from './missing-values.ts';

/** A column to draw samples of, as the calibration is stated for. */
export type Family = 'normal' | 'lognormal' | 'pareto' | '3 levels' | '10 levels' | '20 levels';
export const families: readonly Family[] = ['normal', 'lognormal', 'pareto', '3 levels', '10 levels', '20 levels'];
export const sizes = [
  [1000, 1000],
  [5000, 100],
  [5000, 300],
  [50_000, 50_000],
] as const;

/** Box and Muller's normal deviate. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A pair without drift, with the given sizes of both sides. The shares of levels are redrawn for each pair from Dirichlet(5). */
export function drawPair(family: Family, n: number, m: number, random: Random): ColumnPair {
  if (family.endsWith('levels')) {
    const shares = dirichlet(Number.parseInt(family, 10), random);
    const counts: CountPair = { reference: drawCounts(shares, n, random), current: drawCounts(shares, m, random) };
    return { type: 'categorical', counts: withoutEmpty(counts), codes: null };
  }
  const draw = createDraw(family, random);
  const sample = (size: number) => drawSample(size, draw);
  return {
    type: 'numerical',
    pair: { reference: sample(n), current: sample(m), integral: false },
    referenceInOrder: null,
  };
}

function drawSample(size: number, draw: () => number): Float64Array {
  const sample = new Float64Array(size);
  for (let at = 0; at < size; at += 1) sample[at] = draw();
  return sortNumbers(sample);
}

function createDraw(family: Family, random: Random): () => number {
  if (family === 'normal') return () => normal(random);
  if (family === 'lognormal') return () => Math.exp(1.5 * normal(random));
  return () => (1 - random()) ** (-1 / 2.2);
}

function dirichlet(levels: number, random: Random): number[] {
  // Gamma(5) is the sum of five exponential deviates.
  const weights = Array.from(
    { length: levels },
    () => -Math.log(Array.from({ length: 5 }, random).reduce((a, b) => a * (1 - b), 1)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

function drawCounts(shares: readonly number[], rows: number, random: Random): Float64Array {
  const limits: number[] = [];
  for (const share of shares) limits.push((limits.at(-1) ?? 0) + share);
  const counts = new Float64Array(shares.length);
  for (let row = 0; row < rows; row += 1) {
    const drawn = random();
    const found = limits.findIndex((limit) => drawn < limit);
    const level = found === -1 ? shares.length - 1 : found;
    counts[level] = (counts[level] ?? 0) + 1;
  }
  return counts;
}

/** A level that no row has is in no file. */
function withoutEmpty({ reference, current }: CountPair): CountPair {
  const held = (_: number, at: number) => (reference[at] ?? 0) + (current[at] ?? 0) > 0;
  return { reference: reference.filter(held), current: current.filter(held) };
}

/** Share of pairs without drift that `auto` calls drifted at 5 %, column by column. */
export function falseAlarmRate(family: Family, [n, m]: readonly [number, number], runs: number, seed: number): number {
  const random = createRandom(seed);
  let alarms = 0;
  for (let run = 0; run < runs; run += 1) {
    if (compareColumn(drawPair(family, n, m, random), 'auto').drifted === true) alarms += 1;
  }
  return alarms / runs;
}

/** Share of 500 against 500 normal values, one side moved by so many standard deviations, that `auto` finds. */
export function shiftFoundRate(shift: number, runs: number, seed: number): number {
  const random = createRandom(seed);
  const sample = (by: number) => drawSample(500, () => normal(random) + by);
  let found = 0;
  for (let run = 0; run < runs; run += 1) {
    const pair = { reference: sample(0), current: sample(shift), integral: false };
    if (compareColumn({ type: 'numerical', pair, referenceInOrder: null }, 'auto').drifted === true) found += 1;
  }
  return found / runs;
}

/** Share of whole reports without drift, of 18 columns of every kind, in which `auto` calls any column drifted. */
export function anyColumnRate([n, m]: readonly [number, number], runs: number, seed: number): number {
  const random = createRandom(seed);
  let alarms = 0;
  for (let run = 0; run < runs; run += 1) {
    const pValues = [...families, ...families, ...families].map(
      (family) => compareColumn(drawPair(family, n, m, random), 'auto').pValue,
    );
    if (adjustForDiscovery(pValues).some((p) => p !== null && p <= 0.05)) alarms += 1;
  }
  return alarms / runs;
}

export interface Lacking {
  readonly family: Family;
  /** Rows of both sides, with those that have no value. */
  readonly size: readonly [number, number];
  /** Share of rows without a value, in the reference and in the current data. */
  readonly missing: readonly [number, number];
  /** Standard deviations by which the current values are moved; numbers only. */
  readonly shift?: number;
}

/** Share of columns with missing values that `auto` calls drifted at 5 %. */
export function lackingFoundRate({ family, size, missing, shift = 0 }: Lacking, runs: number, seed: number): number {
  const random = createRandom(seed);
  let found = 0;
  for (let run = 0; run < runs; run += 1) {
    const [n, m] = size.map((rows, side) => drawKnownCount(rows, missing[side] ?? 0, random));
    const pair = drawPair(family, n ?? 0, m ?? 0, random);
    if (pair.type === 'numerical' && shift !== 0)
      pair.pair.current.forEach((x, at, all) => {
        all[at] = x + shift;
      });
    const sides = [n, m].map((known, side) => ({ rows: size[side] ?? 0, missing: (size[side] ?? 0) - (known ?? 0) }));
    const [reference, current] = sides;
    if (reference === undefined || current === undefined) continue;
    const { pValue } = addMissingTest(compareColumn(pair, 'auto').pValue, reference, current);
    if (pValue !== null && pValue <= 0.05) found += 1;
  }
  return found / runs;
}

function drawKnownCount(rows: number, missing: number, random: Random): number {
  let known = 0;
  for (let row = 0; row < rows; row += 1) if (random() >= missing) known += 1;
  return known;
}
