import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { costSummaryCsv } from '../../../src/finops/costs/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import { Legend } from '../charts/Legend.tsx';
import { StackedBars } from '../charts/StackedBars.tsx';
import { usePng } from '../charts/use-png.ts';
import { toSelection } from '../costs/cost-query.ts';
import { slotLabel, slotSearch } from '../costs/slots.ts';
import { OTHER } from '../costs/stack.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { timeMarks } from './time-marks.ts';
import type { OverviewData } from './use-overview.ts';

const HEIGHT = 280;
const LOADING_HEIGHT = 308;
const TRENDS = [
  { value: 'days', label: 'Days' },
  { value: 'months', label: 'Months' },
] as const;

interface SpendCardProps {
  readonly overview: OverviewData;
  readonly decisions: readonly Decision[] | undefined;
}

/** Spend by day or month, with the decisions as marks on the time axis. */
export function SpendCard({ overview, decisions }: SpendCardProps) {
  const { scope, dimension, slotDimension, slots, series, picture, currency, reporting } = overview;
  const { trend } = useSearch({ from: '/' });
  const navigate = useNavigate();
  const png = usePng('spend');
  const marks = useMemo(() => timeMarks(decisions ?? [], slots), [decisions, slots]);
  const openRows = (id: string, slot?: string) => {
    if (id === OTHER) return void navigate({ to: '/costs', search: { by: [dimension] } });
    const value = (JSON.parse(id) as (string | null)[])[0] ?? '';
    const when = slot === undefined ? { filter: [] } : slotSearch(slotDimension, slot);
    const filter = [`${dimension}=${value}`, ...when.filter];
    return void navigate({ to: '/costs', search: { by: [dimension], view: 'rows', ...when, filter } });
  };
  const selection =
    slotDimension === 'month' ? toSelection({ month: undefined, team: scope.team }, {}) : overview.selection;
  const by = dimension === 'team' ? 'team' : 'service';
  if (scope.empty) {
    return (
      <Card title="Daily spend" className="wide">
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
      title="Daily spend"
      note={`Effective cost by ${slotDimension} and ${by}, in ${currency}. A bar leads to its bill rows${marks.length > 0 ? '; ▼ marks a decision' : ''}.`}
      className="wide"
      actions={
        <>
          <Choice
            label="Trend by"
            value={trend ?? 'days'}
            options={TRENDS}
            onChange={(value) =>
              void navigate({
                to: '/',
                search: (before) => ({ ...before, trend: value === 'months' ? 'months' : undefined }),
                resetScroll: false,
              })
            }
          />
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
            <StackedBars
              label={`Stacked bars: effective cost by ${slotDimension} and ${by}. The tables below have the figures.`}
              slots={slots}
              slotLabel={slotLabel}
              series={series}
              currency={currency}
              height={HEIGHT}
              marks={marks}
              onPick={openRows}
              onChart={png.onChart}
            />
          </>
        )}
      </Loaded>
    </Card>
  );
}
