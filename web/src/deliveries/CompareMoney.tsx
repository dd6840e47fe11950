import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BillDiff } from '../../../src/finops/billing/diff/schema.ts';
import type { CostMetric } from '../../../src/finops/billing/schema.ts';
import { costDimensions } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { dimensionLabel, dimensionValue } from '../format/dimension.ts';
import { METRICS } from '../format/metric.ts';
import { counted, formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { changedFirst, deltaRatio, sumChanges } from './compare-money.ts';
import { DeltaBar } from './DeltaBar.tsx';
import styles from './deliveries.module.css';

const MAX_ROWS = 20;
const UNKNOWN = 'None of its rows has this cost.';
const NOT_ASKED = ['billingCurrency'];

interface CompareMoneyProps {
  readonly diff: BillDiff;
  readonly by: string;
  readonly onChange: (dimension: string) => void;
}

/** The money by a dimension, before and after, the largest change first; the totals agree with the headline. */
export function CompareMoney({ diff, by, onChange }: CompareMoneyProps) {
  const known = useQuery(endpointQuery(costDimensions));
  const [metric, setMetric] = useState<CostMetric>('billedCost');
  const [all, setAll] = useState(false);
  const lines = changedFirst(diff.totals, metric);
  const dimensions = [...(known.data?.focusColumns ?? []), ...(known.data?.tagKeys ?? []).map((key) => `tag:${key}`)];
  const options = [...new Set([by, ...dimensions])].filter((dimension) => !NOT_ASKED.includes(dimension));
  const money = (amount: string | null, currency: string) =>
    amount === null ? <Unknown reason={UNKNOWN} /> : <MoneyFigure money={{ amount, currency }} />;
  const csv = () =>
    toCsv(
      [by, 'metric', 'currency', 'before', 'after', 'delta', 'rowsBefore', 'rowsAfter'],
      diff.totals.map((line) => [
        ...[line.value, line.metric, line.currency, line.before, line.after, line.delta],
        ...[String(line.rowsBefore), String(line.rowsAfter)],
      ]),
    );
  return (
    <Card
      title="Cost differences"
      note={`By ${dimensionLabel(by).toLowerCase()}, the largest change first`}
      actions={
        <>
          <Select
            label="By"
            value={by}
            options={options.map((value) => ({ value, label: dimensionLabel(value) }))}
            onChange={onChange}
          />
          <Select
            label="Metric"
            hideLabel
            value={metric}
            options={METRICS}
            onChange={(value) => setMetric(METRICS.find((one) => one.value === value)?.value ?? 'billedCost')}
          />
          <CsvButton name="money-before-and-after" what="the money" text={csv} />
        </>
      }
      flush
    >
      <SortableTable
        testId="compare-money"
        rows={lines}
        most={all ? undefined : MAX_ROWS}
        columns={[
          { head: dimensionLabel(by), by: (one) => dimensionValue(by, one.value) },
          { head: 'Before', by: (one) => one.before, numeric: true, className: table.wideOnly },
          { head: 'After', by: (one) => one.after, numeric: true },
          { hiddenHead: 'Bar', className: table.wideOnly },
          { head: 'Change', by: (one) => one.delta, numeric: true },
          { head: 'Rows', by: (one) => one.rowsAfter, numeric: true, className: styles.roomy },
        ]}
        row={(line) => (
          <tr key={`${line.value} ${line.currency}`}>
            <th scope="row">{dimensionValue(by, line.value)}</th>
            <td className={`${table.number} ${table.wideOnly}`}>{money(line.before, line.currency)}</td>
            <td className={table.number}>{money(line.after, line.currency)}</td>
            <td className={table.wideOnly}>
              <DeltaBar ratio={deltaRatio(line, lines)} />
            </td>
            <td className={table.number}>
              {line.delta === null ? (
                <Unknown reason={UNKNOWN} />
              ) : (
                <MoneyDelta money={{ amount: line.delta, currency: line.currency }} />
              )}
            </td>
            <td className={`${table.number} ${styles.roomy}`}>
              {line.rowsBefore === line.rowsAfter
                ? formatCount(line.rowsAfter)
                : `${formatCount(line.rowsBefore)} → ${formatCount(line.rowsAfter)}`}
            </td>
          </tr>
        )}
        foot={
          <tfoot>
            {sumChanges(diff.totals, metric).map(({ currency, before, after, delta }) => (
              <tr key={currency}>
                <th scope="row">Total</th>
                <td className={`${table.number} ${table.wideOnly}`}>{money(before, currency)}</td>
                <td className={table.number}>{money(after, currency)}</td>
                <td className={table.wideOnly} />
                <td className={table.number}>
                  <MoneyDelta money={{ amount: delta, currency }} />
                </td>
                <td className={styles.roomy} />
              </tr>
            ))}
          </tfoot>
        }
      />
      {lines.length > MAX_ROWS && (
        <div className={parts.pager}>
          <button type="button" className={parts.button} onClick={() => setAll(!all)}>
            {all ? `Only the ${MAX_ROWS} largest changes` : `Show ${counted(lines.length - MAX_ROWS, 'smaller one')}`}
          </button>
        </div>
      )}
    </Card>
  );
}
