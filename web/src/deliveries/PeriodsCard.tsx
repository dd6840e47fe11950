import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Delivery, Restatement } from '../../../src/finops/billing/schema.ts';
import { Legend } from '../charts/Legend.tsx';
import { StackedBars } from '../charts/StackedBars.tsx';
import { usePng } from '../charts/use-png.ts';
import { toCsv } from '../format/csv.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { PeriodsTable } from './PeriodsTable.tsx';
import { listDeliveryCurrencies, listPeriods, OTHER_SOURCES, periodSeries, restatementMarks } from './period-series.ts';

const HEIGHT = 220;
const VIEWS = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;

interface PeriodsCardProps {
  readonly entries: readonly Delivery[];
  readonly restatements: readonly Restatement[];
}

/** Current deliveries of each billing period by source, with restatements as marks on the time axis. */
export function PeriodsCard({ entries, restatements }: PeriodsCardProps) {
  const search = useSearch({ from: '/deliveries' });
  const navigate = useNavigate({ from: '/deliveries' });
  const png = usePng('bills-by-period');
  const periods = useMemo(() => listPeriods(entries), [entries]);
  const currencies = useMemo(() => listDeliveryCurrencies(entries), [entries]);
  const currency = search.currency ?? currencies[0] ?? 'USD';
  const series = useMemo(() => periodSeries(entries, periods, currency), [entries, periods, currency]);
  const marks = useMemo(() => restatementMarks(restatements), [restatements]);
  const asTable = search.chart === 'table';
  const pick = (source: string, month?: string) =>
    void navigate({
      search: (before) => ({ ...before, source: source === OTHER_SOURCES ? undefined : source, month }),
      resetScroll: false,
    });
  const csv = () =>
    toCsv(
      ['period', ...series.map(({ label }) => label), 'currency'],
      periods.map((period, index) => [period, ...series.map(({ amounts }) => amounts[index] ?? null), currency]),
    );
  return (
    <Card
      title="Billed cost by billing period"
      note={`Billed cost of the deliveries that count, by source, in ${currency}. A bar leads to its deliveries${marks.length > 0 ? '; ▼ marks a change after closing' : ''}.`}
      actions={
        <>
          {currencies.length > 1 && (
            <Select
              label="Currency"
              hideLabel
              value={currency}
              options={currencies.map((value) => ({ value, label: value }))}
              onChange={(value) => void navigate({ search: (before) => ({ ...before, currency: value }) })}
            />
          )}
          <Choice
            label="Shown as"
            value={asTable ? 'table' : 'chart'}
            options={VIEWS}
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, chart: value === 'table' ? 'table' : undefined }),
                resetScroll: false,
              })
            }
          />
          <CsvButton name="bills-by-period" what="the periods" text={csv} />
          {!asTable && (
            <button type="button" className={parts.button} onClick={png.save}>
              PNG<span className="visually-hidden"> of the periods</span>
            </button>
          )}
        </>
      }
    >
      {asTable ? (
        <PeriodsTable periods={periods} series={series} marks={marks} currency={currency} />
      ) : (
        <>
          <Legend series={series} onPick={(source) => pick(source)} />
          <StackedBars
            label="Stacked bars: billed cost by billing period and source. Choose Table to read the figures."
            slots={periods}
            slotLabel={formatMonth}
            series={series}
            currency={currency}
            height={HEIGHT}
            marks={marks}
            onPick={pick}
            onChart={png.onChart}
          />
        </>
      )}
    </Card>
  );
}
