import type { ColumnPair, ColumnVerdict } from '../drift-methods/index.ts';
import { type CountPair, countValues, jensenShannon } from '../drift-methods/index.ts';
import type { MissingRows } from './missing-values.ts';

/** Measures that an effect size is given in, each of the tests of `auto` that it goes with. */
export type EffectMeasure = 'ks' | 'jensenshannon';

const MEASURES: Readonly<Record<string, EffectMeasure>> = {
  ks: 'ks',
  chi2_contingency: 'jensenshannon',
  chi2_permutation: 'jensenshannon',
};

/** The effect size measure of a test; null: it has none. A column that lost its values has no test. */
export function selectEffectMeasure(method: string | null): EffectMeasure | null {
  return method === null ? 'jensenshannon' : (MEASURES[method] ?? null);
}

/**
 * How large the change of the known values is, whatever the number of rows: the Kolmogorov-Smirnov distance (0 to 1) where that test was
 * made, the Jensen-Shannon distance (natural logarithm, 0 to 0.8326) where a chi-square test was made. Null for other methods.
 * Example: 70 % and 30 % against 50 % and 50 % -> 0.144.
 */
export function computeEffect(column: ColumnPair, { method, statistic }: ColumnVerdict): number | null {
  const measure = selectEffectMeasure(method);
  if (measure === null || statistic === null) return null;
  if (measure === 'ks') return statistic;
  return computeLevelDistance(column.type === 'categorical' ? column.counts : countValues(column.pair));
}

/** The same of how many values are missing: the Jensen-Shannon distance of missing and known ones. */
export function computeMissingEffect(reference: MissingRows, current: MissingRows): number {
  const sides = ({ rows, missing }: MissingRows) => Float64Array.of(missing, rows - missing);
  return computeLevelDistance({ reference: sides(reference), current: sides(current) });
}

function computeLevelDistance(counts: CountPair): number {
  return jensenShannon(counts);
}
