import { Link } from '@tanstack/react-router';
import type { LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { formatAbout } from '../format/money.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, sortBy, useRowSort } from '../table/use-sorted.ts';
import { AboutFigure } from './AboutFigure.tsx';
import styles from './forecasts.module.css';
import {
  chanceText,
  errorText,
  findLastDay,
  LIKELY,
  NO_LIMIT,
  NOT_TRIED,
  probabilityText,
  rowName,
  UNLIKELY,
} from './words.ts';

const NO_WHOLE_DAY = 'No day of the period is complete yet.';

export interface ForecastGroup {
  readonly label: string;
  readonly forecasts: readonly LedgerForecast[];
}

const ORDERS: Comparators<LedgerForecast> = {
  scope: compareTexts(rowName),
  to: compareTexts(({ window }) => window.end),
  known: compareAmounts(({ known }) => known),
  forecast: compareAmounts(({ forecast }) => forecast?.mean),
  interval: compareAmounts(({ forecast }) => forecast?.lo80),
  limit: compareAmounts(({ breach }) => breach?.limit),
  chance: compareNumbers(({ breach }) => breach?.probability),
  earliest: compareTexts(({ breach }) => breach?.firstDay),
  error: compareNumbers(({ backtest }) => backtest?.totalErrorRatio),
};

interface ForecastsTableProps {
  /** Several groups have headings. */
  readonly groups: readonly ForecastGroup[];
  /** Last whole day of the bills, YYYY-MM-DD; null before the first forecast. */
  readonly through: string | null;
  /** The one that is drawn above. */
  readonly isDrawn: (forecast: LedgerForecast) => boolean;
}

/** Forecast cost of each subject, probability that its budget is exceeded, and back-test error. */
export function ForecastsTable({ groups, through, isDrawn }: ForecastsTableProps) {
  const sort = useRowSort();
  const ofBudgets = groups.some(({ forecasts }) => forecasts.some(({ level }) => level === 'budget'));
  return (
    <SidewaysBox label="Forecasts">
      <table className={table.table} data-testid="forecasts">
        <thead>
          <tr>
            <SortHead column="scope" sort={sort}>
              Scope
            </SortHead>
            {ofBudgets && (
              <SortHead column="to" sort={sort} className={table.wideOnly}>
                To
              </SortHead>
            )}
            <SortHead column="known" sort={sort} numeric className={table.wideOnly}>
              So far
            </SortHead>
            <SortHead column="forecast" sort={sort} numeric>
              Forecast
            </SortHead>
            <SortHead column="interval" sort={sort} numeric className={table.wideOnly}>
              80 % interval
            </SortHead>
            <SortHead column="limit" sort={sort} numeric className={table.wideOnly}>
              Limit
            </SortHead>
            <SortHead column="chance" sort={sort} numeric>
              Chance to exceed
            </SortHead>
            <SortHead column="earliest" sort={sort} className={table.wideOnly}>
              Earliest
            </SortHead>
            <SortHead column="error" sort={sort} numeric className={table.wideOnly}>
              Past error
            </SortHead>
          </tr>
        </thead>
        {groups.map(({ label, forecasts }) => (
          <tbody key={label}>
            {groups.length > 1 && (
              <tr>
                <th scope="rowgroup" colSpan={ofBudgets ? 9 : 8} className={styles.group}>
                  {label}
                </th>
              </tr>
            )}
            {sortBy(forecasts, ORDERS, sort).map((forecast) => (
              <Row
                key={`${forecast.level} ${forecast.key} ${forecast.currency}`}
                forecast={forecast}
                through={through}
                drawn={isDrawn(forecast)}
                ofBudgets={ofBudgets}
              />
            ))}
          </tbody>
        ))}
      </table>
    </SidewaysBox>
  );
}

interface RowProps {
  readonly forecast: LedgerForecast;
  readonly through: string | null;
  readonly drawn: boolean;
  readonly ofBudgets: boolean;
}

function Row({ forecast, through, drawn, ofBudgets }: RowProps) {
  const { level, key, currency, known, forecast: estimate, reason, breach, backtest } = forecast;
  const money = (amount: string) => ({ amount, currency });
  const why = <Unknown reason={reason ?? 'Not known.'} />;
  const isBegun = through !== null && through >= forecast.window.start.slice(0, 10);
  const error = backtest === null ? null : errorText(backtest);
  return (
    <tr className={drawn ? styles.selected : undefined}>
      <th scope="row" className={styles.name}>
        <Link
          from="/forecasts"
          to="/forecasts"
          search={(before) => ({ ...before, level, key: key ?? undefined, currency })}
          resetScroll={false}
          className={table.rowLink}
          aria-current={drawn}
        >
          {rowName(forecast)}
        </Link>
      </th>
      {ofBudgets && <td className={table.wideOnly}>{formatDay(findLastDay(forecast))}</td>}
      <td className={`${table.number} ${table.wideOnly}`}>
        {known === null ? why : isBegun ? <MoneyFigure money={money(known)} /> : <Unknown reason={NO_WHOLE_DAY} />}
      </td>
      <td className={table.number}>{estimate === null ? why : <AboutFigure money={money(estimate.mean)} strong />}</td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {estimate === null ? (
          why
        ) : (
          <span className={styles.range}>
            {formatAbout(money(estimate.lo80))} to {formatAbout(money(estimate.hi80))}
          </span>
        )}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {breach === null ? <Unknown reason={reason ?? NO_LIMIT} /> : <MoneyFigure money={money(breach.limit)} />}
      </td>
      <td className={table.number}>
        {breach === null ? (
          <Unknown reason={reason ?? NO_LIMIT} />
        ) : (
          <span className={breach.probability >= LIKELY ? styles.likely : undefined}>
            {probabilityText(breach.probability)}
          </span>
        )}
      </td>
      <td className={table.wideOnly}>
        {breach?.firstDay == null || breach.probability < UNLIKELY ? (
          <Unknown reason={breach === null ? (reason ?? NO_LIMIT) : 'It is unlikely to be exceeded.'} />
        ) : (
          <span data-tip={chanceText(breach)}>about {formatDay(breach.firstDay)}</span>
        )}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>{error ?? <Unknown reason={reason ?? NOT_TRIED} />}</td>
    </tr>
  );
}
