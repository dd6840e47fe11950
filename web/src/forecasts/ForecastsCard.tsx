import { useNavigate, useSearch } from '@tanstack/react-router';
import { type LedgerForecast, listForecastsCsv } from '../../../src/finops/forecasts/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { type ForecastGroup, ForecastsTable } from './ForecastsTable.tsx';
import type { ForecastsData } from './use-forecasts.ts';
import { LEVELS, type Level } from './words.ts';

const TABLE_HEIGHT = 320;
/** Without a level in the address: budgets next to teams. */
const BOTH = 'both';

/** Forecasts by subject. */
export function ForecastsCard({ data: { all, detail, team } }: { readonly data: ForecastsData }) {
  const { list } = useSearch({ from: '/forecasts' });
  const navigate = useNavigate({ from: '/forecasts' });
  const found = all.data?.forecasts ?? [];
  const there = LEVELS.filter(({ value }) => found.some(({ level }) => level === value));
  const offered = LEVELS.filter(({ value }) => value === list || there.some((level) => level.value === value));
  const drawn = detail.data?.forecast;
  const isDrawn = (one: LedgerForecast) =>
    one.level === drawn?.level && one.key === drawn.key && one.currency === drawn.currency;
  const choose = (value: string) =>
    void navigate({
      search: (before) => ({ ...before, list: value === BOTH ? undefined : (value as Level) }),
      resetScroll: false,
    });
  return (
    <Card
      title="Forecasts by owner"
      note="Choose a row to draw it above. Forecasts of one level, except budgets, add up to everything. Each currency of the bills has its own; nothing is converted."
      flush
      actions={
        <>
          <Select
            label="Level"
            hideLabel
            value={list ?? BOTH}
            options={[{ value: BOTH, label: 'Budgets and teams' }, ...offered]}
            onChange={choose}
          />
          <a className={parts.button} href={buildUrl(listForecastsCsv, { query: { team } })} download="forecasts.csv">
            CSV<span className="visually-hidden"> of all forecasts</span>
          </a>
        </>
      }
    >
      <Loaded query={all} what="The forecasts" height={TABLE_HEIGHT}>
        {({ forecasts, standing }) => (
          <ForecastsTable
            groups={groupForecasts(forecasts, list)}
            through={standing?.through ?? null}
            isDrawn={isDrawn}
          />
        )}
      </Loaded>
    </Card>
  );
}

/** Forecasts of one level with the total; without a level the budgets, then the teams. */
function groupForecasts(forecasts: readonly LedgerForecast[], list: Level | undefined): ForecastGroup[] {
  const of = (wanted: Level) => forecasts.filter(({ level }) => level === wanted);
  const total = of('total');
  if (list === undefined)
    return [
      { label: 'Budgets', forecasts: of('budget') },
      { label: 'Teams', forecasts: [...total, ...of('team')] },
    ].filter((group) => group.forecasts.length > 0);
  return [{ label: list, forecasts: list === 'budget' ? of(list) : [...total, ...of(list)] }];
}
