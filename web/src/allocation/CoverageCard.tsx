import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { getCoverage } from '../../../src/finops/allocation/schema.ts';
import { Legend } from '../charts/Legend.tsx';
import { StackedBars } from '../charts/StackedBars.tsx';
import { usePng } from '../charts/use-png.ts';
import { endpointQuery } from '../client.ts';
import { slotLabel } from '../costs/slots.ts';
import { toCsv } from '../format/csv.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import type { AllocationSearch } from './allocation-search.ts';
import { CoverageTable } from './CoverageTable.tsx';
import { coverageSeries } from './coverage-series.ts';
import type { Allocation } from './use-allocation.ts';

const HEIGHT = 260;
const LOADING_HEIGHT = 288;
const MONTH_LENGTH = 7;
const TRENDS = [
  { value: 'months', label: 'Months' },
  { value: 'days', label: 'Days' },
] as const;
const VIEWS = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;

/** Allocated part of the bill over time, with its share as a line. */
export function CoverageCard({ allocation }: { readonly allocation: Allocation }) {
  const { scope, range, search, currency } = allocation;
  const navigate = useNavigate({ from: '/allocation' });
  const png = usePng('coverage');
  const byDay = search.trend === 'days';
  const query = byDay ? { ...range, interval: 'day' as const } : {};
  const coverage = useQuery({ ...endpointQuery(getCoverage, { query }), enabled: scope.ready });
  const { slots, series, share } = useMemo(
    () => coverageSeries(coverage.data?.rows ?? [], currency, byDay ? 'day' : 'period'),
    [coverage.data, currency, byDay],
  );
  const asTable = search.chart === 'table';
  const change = (changes: Partial<AllocationSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), resetScroll: false });
  const openRows = (part: string, slot?: string) => {
    const isDay = slot !== undefined && slot.length > MONTH_LENGTH;
    const kind = part === 'sharedUnallocated' ? 'shared-unallocated' : part;
    const filter = [`kind=${kind}`, ...(isDay ? [`day=${slot}`] : [])];
    const asked = slot === undefined || isDay ? range : { period: slot };
    void navigate({ to: '/costs', search: { by: ['team'], view: 'rows', filter, ...asked } });
  };
  const csv = () =>
    toCsv(
      [byDay ? 'day' : 'period', ...series.map(({ label }) => label), share.label, 'currency'],
      slots.map((slot, index) => [
        slot,
        ...series.map(({ amounts }) => amounts[index] ?? null),
        share.ratios[index] == null ? null : String(share.ratios[index]),
        currency,
      ]),
    );
  return (
    <Card
      title="Allocation coverage over time"
      note={`Effective cost in ${currency}; the line is the allocated share. A bar leads to its bill rows`}
      actions={
        <>
          <Choice
            label="Trend by"
            value={byDay ? 'days' : 'months'}
            options={TRENDS}
            onChange={(value) => change({ trend: value === 'days' ? 'days' : undefined })}
          />
          <Choice
            label="Shown as"
            value={asTable ? 'table' : 'chart'}
            options={VIEWS}
            onChange={(value) => change({ chart: value === 'table' ? 'table' : undefined })}
          />
          <CsvButton name="coverage" what="the coverage" text={csv} />
          {!asTable && (
            <button type="button" className={parts.button} onClick={png.save}>
              PNG<span className="visually-hidden"> of the coverage</span>
            </button>
          )}
        </>
      }
    >
      <Loaded query={coverage} what="The coverage" height={LOADING_HEIGHT}>
        {() =>
          asTable ? (
            <CoverageTable slots={slots} series={series} share={share} currency={currency} />
          ) : (
            <>
              <Legend series={series} onPick={(id) => openRows(id)} />
              <StackedBars
                label="Stacked bars: allocated part of the effective cost, and its share as a line. Choose Table to read the figures."
                slots={slots}
                slotLabel={slotLabel}
                series={series}
                share={share}
                currency={currency}
                height={HEIGHT}
                onPick={openRows}
                onChart={png.onChart}
              />
            </>
          )
        }
      </Loaded>
    </Card>
  );
}
