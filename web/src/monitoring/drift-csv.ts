import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import { toCsv } from '../format/csv.ts';

const FIGURES = [
  'statistic',
  'pValue',
  'adjustedPValue',
  'threshold',
  'effect',
  'minEffect',
  'beyondPeriods',
  'missingEffect',
  'valuesPValue',
  'missingPValue',
  'nReference',
  'nCurrent',
] as const;
const HEADER = ['start', 'end', 'modelVersion', 'column', 'type', 'method', ...FIGURES, 'drifted', 'reason'];

/** The windows of a monitor column by column, exactly; empty is not known. */
export function driftCsv(windows: readonly DriftWindow[]): string {
  const text = (value: number | boolean | null) => (value === null ? null : String(value));
  return toCsv(
    HEADER,
    windows.flatMap(({ period, modelVersion, columns }) =>
      columns.map((one) => [
        ...[period.start, period.end, modelVersion, one.column, one.type, one.method],
        ...FIGURES.map((key) => text(one[key])),
        ...[text(one.drifted), one.reason],
      ]),
    ),
  );
}
