import type { ModelScorecard } from '../../../../src/tradeoff/scorecards/schema.ts';
import type { MeasureName } from './words.ts';

/** Better direction of each measure; null: neither is better. */
const BETTER: Readonly<Record<MeasureName, 'higher' | 'lower' | null>> = {
  cost: 'lower',
  gpu: null,
  roi: 'higher',
  quality: null,
  latency: 'lower',
  drift: 'lower',
};

/**
 * Model with the best figure of a measure, where all known figures have one unit and one basis; null where they are not comparable,
 * where fewer than two are known, and where several are best. Quality is compared only within one metric.
 */
export function findBestModel(name: MeasureName, scorecards: readonly ModelScorecard[]): string | null {
  const known = scorecards.filter((one) => one[name].value !== null && !isPartial(one, name));
  const kinds = new Set(known.map((one) => `${one[name].unit} ${one[name].basis}`));
  const better = name === 'quality' ? (known[0]?.quality.better ?? null) : BETTER[name];
  if (known.length < 2 || kinds.size > 1 || better === null) return null;
  const sign = better === 'higher' ? 1 : -1;
  const [first, second] = known.toSorted((a, b) => sign * (Number(b[name].value) - Number(a[name].value)));
  if (first === undefined || Number(first[name].value) === Number(second?.[name].value)) return null;
  return first.model;
}

function isPartial({ cost }: ModelScorecard, name: MeasureName): boolean {
  return name === 'cost' && cost.isLowerBound;
}
