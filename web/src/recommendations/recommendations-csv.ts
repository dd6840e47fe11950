import type { RecommendationSummary } from '../../../src/tradeoff/recommendations/schema.ts';
import { toCsv } from '../format/csv.ts';

const HEADER = [
  ...['recommendation', 'kind', 'state', 'title', 'what', 'before', 'after'],
  ...['savesAMonth', 'lower', 'upper', 'costsAMonth', 'currency', 'confidence', 'coverageRatio', 'days'],
  ...['risk', 'riskText', 'guard', 'foundAt', 'realisedAMonth'],
];

/** Recommendations, exactly; empty is not known. */
export function recommendationsCsv(all: readonly RecommendationSummary[]): string {
  return toCsv(
    HEADER,
    all.map(({ saving, confidence, risk, realised, ...one }) => [
      ...[one.recommendation, one.kind, one.state, one.title, one.what, one.before, one.after],
      ...[saving.monthly, saving.lower, saving.upper, saving.cost].map((money) => money?.amount ?? null),
      saving.monthly?.currency ?? null,
      ...[confidence.level, String(confidence.coverageRatio), String(confidence.days)],
      ...[risk.level, risk.text, one.guard, one.foundAt, realised?.monthly?.amount ?? null],
    ]),
  );
}
