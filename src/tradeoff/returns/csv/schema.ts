import type { Returns } from '../schema.ts';

/** Columns of the CSV of returns. Money has all digits; an unknown figure is an empty field with its reason in `reason`. */
export const RETURN_COLUMNS = [
  ...['by', 'key', 'model', 'start', 'end'],
  ...['making', 'makingCurrency', 'makingBasis', 'running', 'runningCurrency', 'runningBasis'],
  ...['value', 'valueLower', 'valueUpper', 'valueCurrency', 'valueSource', 'outcomes'],
  ...['contribution', 'contributionLower', 'contributionUpper', 'net', 'marginRatio', 'costPerOutcome'],
  ...['paybackState', 'paybackDate', 'paybackEarliest', 'paybackLatest', 'reason'],
] as const;

/** The rows of an answer as fields of a CSV, in the order of `RETURN_COLUMNS`; null is an empty field. */
export function listReturnFields({ by, rows }: Pick<Returns, 'by' | 'rows'>): (string | null)[][] {
  const text = (value: number | null) => (value === null ? null : String(value));
  return rows.map(({ key, model, window, making, running, value, contribution, net, marginRatio, ...row }) => [
    ...[by, key, model, window.start, window.end],
    ...[making.cost?.amount ?? null, making.cost?.currency ?? null, making.basis],
    ...[running.cost?.amount ?? null, running.cost?.currency ?? null, running.basis],
    ...[value.total?.amount ?? null, value.interval?.lower ?? null, value.interval?.upper ?? null],
    ...[value.total?.currency ?? null, value.source, text(value.outcomes)],
    ...[
      contribution.amount?.amount ?? null,
      contribution.interval?.lower ?? null,
      contribution.interval?.upper ?? null,
    ],
    ...[net.amount?.amount ?? null, text(marginRatio), row.costPerOutcome.cost?.amount ?? null],
    ...[row.payback.state, row.payback.date, row.payback.earliest, row.payback.latest],
    contribution.reason ?? making.reason ?? row.payback.reason,
  ]);
}
