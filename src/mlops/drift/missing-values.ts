import { twoByTwo } from '../drift-methods/index.ts';

/** Number of rows of a side without a known value. */
export interface MissingRows {
  readonly rows: number;
  readonly missing: number;
}

/** The p-value of a column, of its known values and of how many are missing. */
export interface ColumnPValue {
  readonly pValue: number | null;
  /** p-value of the known values alone; null where they were not tested. */
  readonly valuesPValue: number | null;
  /** p-value of the share of missing values alone; null where the share cannot have changed: none is missing, or all are. */
  readonly missingPValue: number | null;
  readonly decidedBy: 'values' | 'missing' | null;
}

/**
 * Combines the test of the known values and Fisher's exact test of the missing values into one p-value: the chance that
 * either p-value is as small as the smaller one,
 *
 *     1 - (1 - t) (1 - F(t)),   t = min(values, missing)
 *
 * F is the exact distribution of Fisher's p-value. Without a change the two p-values are independent, because the first test
 * keeps its rate given any number of known values. The combination therefore keeps the rate of one test. Where few values
 * are missing, F(t) is 0 or nearly 0. Where none is missing, the column has the p-value of its values: a test that cannot
 * find a change costs no power.
 * Example: 0.01 of the values, 3 of 1,000 against 2 of 1,000 missing -> 0.01.
 */
export function addMissingTest(
  valuesPValue: number | null,
  reference: MissingRows,
  current: MissingRows,
): ColumnPValue {
  const missing = reference.missing + current.missing;
  const isCertain = missing === 0 || missing === reference.rows + current.rows;
  if (isCertain || reference.rows === 0 || current.rows === 0) {
    const decidedBy = valuesPValue === null ? null : 'values';
    return { pValue: valuesPValue, valuesPValue, missingPValue: null, decidedBy };
  }
  const sideOf = ({ rows, missing: marked }: MissingRows) => ({ rows, marked });
  const test = twoByTwo(sideOf(reference), sideOf(current));
  if (valuesPValue === null) {
    return { pValue: test.pValue, valuesPValue, missingPValue: test.pValue, decidedBy: 'missing' };
  }
  const least = Math.min(valuesPValue, test.pValue);
  const chance = test.chanceUpTo(least);
  const pValue = Math.min(1, least + chance - least * chance);
  const decidedBy = test.pValue < valuesPValue ? 'missing' : 'values';
  return { pValue, valuesPValue, missingPValue: test.pValue, decidedBy };
}

/** `missing in 0.2 % of the reference and in 100 % of the current data`. */
export function describeMissing(reference: MissingRows, current: MissingRows): string {
  return `missing in ${shareText(reference)} of the reference and in ${shareText(current)} of the current data`;
}

function shareText({ rows, missing }: MissingRows): string {
  const percent = (100 * missing) / rows;
  if (missing < rows && percent > 99) return 'over 99 %';
  return `${Number(percent.toPrecision(2))} %`;
}
