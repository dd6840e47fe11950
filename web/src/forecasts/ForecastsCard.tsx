import { useNavigate, useSearch } from '@tanstack/react-router';
import { type LedgerForecast, listForecastsCsv } from '../../../src/finops/forecasts/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { ForecastsTable } from './ForecastsTable.tsx';
import type { ForecastsData } from './use-forecasts.ts';
import { LEVELS, type Level } from './words.ts';

const TABLE_HEIGHT = 320;

/** Forecasts by subject. */
export function ForecastsCard({ data: { all, detail, team } }: { readonly data: ForecastsData }) {
  const { list } = useSearch({ from: '/forecasts' });
  const navigate = useNavigate({ from: '/forecasts' });
  const found = all.data?.forecasts ?? [];
  const there = LEVELS.filter(({ value }) => found.some(({ level }) => level === value));
  const openLevel = list ?? there[0]?.value ?? 'team';
  const offered = LEVELS.filter(({ value }) => value === openLevel || there.some((level) => level.value === value));
  const drawn = detail.data?.forecast;
  const isDrawn = (one: LedgerForecast) =>
    one.level === drawn?.level && one.key === drawn.key && one.currency === drawn.currency;
  const choose = (value: string) =>
    void navigate({ search: (before) => ({ ...before, list: value as Level }), resetScroll: false });
  return (
    <Card
      title="Forecasts by owner"
      note="Choose a row to draw it above. Forecasts of one level, except budgets, add up to everything. Each currency of the bills has its own; nothing is converted."
      flush
      actions={
        <>
          <Select label="Level" hideLabel value={openLevel} options={[...offered]} onChange={choose} />
          <a className={parts.button} href={buildUrl(listForecastsCsv, { query: { team } })} download="forecasts.csv">
            CSV<span className="visually-hidden"> of all forecasts</span>
          </a>
        </>
      }
    >
      <Loaded query={all} what="The forecasts" height={TABLE_HEIGHT}>
        {({ forecasts }) => (
          <ForecastsTable
            forecasts={forecasts.filter(
              ({ level }) => level === openLevel || (level === 'total' && openLevel !== 'budget'),
            )}
            isDrawn={isDrawn}
          />
        )}
      </Loaded>
    </Card>
  );
}
