import type { ListedRecommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { toCsv } from '../format/csv.ts';
import { stateWord } from './words.ts';

const HEADER = [
  ...['recommendation', 'kind', 'state', 'title', 'what', 'before', 'after', 'owner'],
  ...['countedAMonth', 'savesAMonth', 'lower', 'upper', 'costsAMonth', 'currency', 'prices'],
  ...['confidence', 'coverageRatio', 'days', 'risk', 'riskText', 'guard', 'foundAt', 'realisedAMonth'],
];

/** Savings, exactly; empty is not known. `countedAMonth` sums up to the total. */
export function savingsCsv(all: readonly ListedRecommendation[]): string {
  return toCsv(
    HEADER,
    all.map(({ saving, confidence, risk, realised, ...one }) => [
      ...[one.recommendation, one.kind, stateWord(one), one.title, one.what, one.before, one.after],
      one.assigned?.to.name ?? null,
      ...[one.counted, saving.monthly, saving.lower, saving.upper, saving.cost].map((money) => money?.amount ?? null),
      ...[saving.monthly?.currency ?? null, one.prices.join('; ')],
      ...[confidence.level, String(confidence.coverageRatio), String(confidence.days)],
      ...[risk.level, risk.text, one.guard, one.foundAt, realised?.monthly?.amount ?? null],
    ]),
  );
}
