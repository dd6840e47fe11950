import { useMemo } from 'react';
import { SpreadChart } from '../charts/SpreadChart.tsx';
import { formatCount, formatMeasure } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { pText, strengthText } from './drift-strength.ts';
import type { OpenCell } from './HeatStrip.tsx';
import styles from './monitoring.module.css';
import { buildSpread } from './spread.ts';
import { useDriftColumn } from './use-monitors.ts';

const HEIGHT = 260;
const NONE = 'The method has none.';

interface ColumnPanelProps {
  readonly monitor: string;
  readonly cell: OpenCell;
  readonly onClose: () => void;
}

/**
 * Distribution of the values of a column in a window, compared with the reference, and the result of the drift test.
 */
export function ColumnPanel({ monitor, cell, onClose }: ColumnPanelProps) {
  const query = useDriftColumn(monitor, cell.column, cell.window);
  const distribution = query.data?.distribution;
  const spread = useMemo(() => (distribution == null ? null : buildSpread(distribution)), [distribution]);
  return (
    <section className={styles.column} aria-label={`Column ${cell.column}`} data-testid="column">
      <div className={styles.columnHead}>
        <h3>
          <code>{cell.column}</code>
        </h3>
        <button type="button" className={parts.button} onClick={onClose}>
          Close
        </button>
      </div>
      <Loaded query={query} what="The column" height={HEIGHT}>
        {({ column, period, reason, referencePredictions, predictions }) => (
          <>
            <p className={layout.quiet}>
              {strengthText(column)}; {formatInstant(period.start)} to {formatInstant(period.end)}
              {reason !== null && `; ${reason}`}
            </p>
            {spread === null ? (
              <EmptyState
                shows="How its values are spread, in the window and in the reference."
                why={column.reason ?? 'One side has no values, or too many different ones.'}
              />
            ) : (
              <SpreadChart
                spread={spread}
                height={HEIGHT}
                label={`Values of ${cell.column} in the reference and in the window: ${spread.text}`}
              />
            )}
            <Facts
              facts={[
                ['Method', known(column.method, (method) => method)],
                ['Statistic', known(column.statistic, formatMeasure)],
                ['p-value', known(column.pValue, pText)],
                [
                  'Of missing values',
                  known(
                    column.missingPValue,
                    pText,
                    'No value is missing, all are missing, or missing values are not tested.',
                  ),
                ],
                ['Over all columns', known(column.adjustedPValue, pText)],
                ['Threshold', known(column.threshold, pText)],
                ['In the window', rowsText(column.nCurrent, column.missingCurrent, predictions)],
                ['In the reference', rowsText(column.nReference, column.missingReference, referencePredictions)],
              ]}
            />
          </>
        )}
      </Loaded>
    </section>
  );
}

function known<T>(value: T | null, text: (value: T) => string, none = NONE) {
  return value === null ? <Unknown reason={none} /> : text(value);
}

function rowsText(known: number | null, missing: number | null, rows: number | null) {
  if (known === null) return rows === null ? <Unknown reason="Not counted." /> : `${formatCount(rows)} rows`;
  return `${formatCount(known)} values${missing === null || missing === 0 ? '' : `, ${formatCount(missing)} missing`}`;
}
