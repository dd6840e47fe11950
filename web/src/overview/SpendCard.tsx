import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { costSummaryCsv } from '../../../src/finops/costs/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import { Legend } from '../charts/Legend.tsx';
import { usePng } from '../charts/use-png.ts';
import { slotLabel, slotSearch } from '../costs/slots.ts';
import { OTHER } from '../costs/stack.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import { timeMarks } from './time-marks.ts';
import type { OverviewData } from './use-overview.ts';
import { useReferenceLines } from './use-reference-lines.ts';

// The chart is below the fold, and its library is larger than the rest of the page.
const StackedBars = lazy(() => import('../charts/StackedBars.tsx').then((module) => ({ default: module.StackedBars })));

const HEIGHT = 280;
const LOADING_HEIGHT = 308;
const TITLES = { day: 'Daily spend', week: 'Weekly spend', month: 'Monthly spend' } as const;

interface SpendCardProps {
  readonly overview: OverviewData;
  readonly decisions: readonly Decision[] | undefined;
}

/** Spend by day or longer, with the compared days or the budget as a line, and the decisions as marks above the plot. */
export function SpendCard({ overview, decisions }: SpendCardProps) {
  const { scope, dimension, slotDimension, slots, series, picture, currency, reporting, selection } = overview;
  const navigate = useNavigate();
  const png = usePng('spend');
  const marks = useMemo(() => timeMarks(decisions ?? [], slots), [decisions, slots]);
  const { before, limit, note } = useReferenceLines(overview);
  const openRows = (id: string, slot?: string) => {
    if (id === OTHER) return void navigate({ to: '/costs', search: { by: [dimension] } });
    const value = (JSON.parse(id) as (string | null)[])[0] ?? '';
    const when = slot === undefined ? { filter: [] } : slotSearch(slotDimension, slot);
    const filter = [`${dimension}=${value}`, ...when.filter];
    return void navigate({ to: '/costs', search: { by: [dimension], view: 'rows', ...when, filter } });
  };
  const by = dimension === 'team' ? 'team' : 'service';
  const title = TITLES[slotDimension];
  if (scope.empty) {
    return (
      <Card title={title} className="wide">
        <EmptyState
          shows="The spend of the month by team and day, against the budgets."
          why="No bill has been imported yet. Exports in the FOCUS format (CSV, CSV.gz, Parquet) are read as they are."
          command="steelyard bill import bills/ --source aws"
        />
      </Card>
    );
  }
  return (
    <Card
      title={title}
      note={`Effective cost by ${slotDimension} and ${by}, in ${currency}.${note}${marks.length > 0 ? ' ▼ marks a decision.' : ''}`}
      className="wide"
      actions={
        <>
          <a
            className={parts.button}
            href={buildUrl(costSummaryCsv, {
              query: { by: [dimension, slotDimension], ...selection, ...(reporting === null ? {} : { currency }) },
            })}
            download="spend.csv"
          >
            CSV<span className="visually-hidden"> of the spend</span>
          </a>
          <button type="button" className={parts.button} onClick={png.save}>
            PNG<span className="visually-hidden"> of the spend</span>
          </button>
        </>
      }
    >
      <Loaded query={picture} what="The spend" height={LOADING_HEIGHT}>
        {() => (
          <>
            <Legend series={series} onPick={(id) => openRows(id)} />
            <Suspense fallback={<Skeleton height={HEIGHT} />}>
              <StackedBars
                label={`Stacked bars: effective cost by ${slotDimension} and ${by}. The tables below have the figures.`}
                slots={slots}
                slotLabel={slotLabel}
                series={series}
                currency={currency}
                height={HEIGHT}
                marks={marks}
                before={before}
                limit={limit}
                onPick={openRows}
                onChart={png.onChart}
              />
            </Suspense>
          </>
        )}
      </Loaded>
    </Card>
  );
}
