import { Link } from '@tanstack/react-router';
import type { LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { formatAbout } from '../format/money.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
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
  const ofBudgets = groups.some(({ forecasts }) => forecasts.some(({ level }) => level === 'budget'));
  return (
    <table className={table.table} data-testid="forecasts">
      <thead>
        <tr>
          <th scope="col">Scope</th>
          {ofBudgets && (
            <th scope="col" className={table.wideOnly}>
              To
            </th>
          )}
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            So far
          </th>
          <th scope="col" className={table.number}>
            Forecast
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            80 % interval
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Limit
          </th>
          <th scope="col" className={table.number}>
            Chance to exceed
          </th>
          <th scope="col" className={table.wideOnly}>
            Earliest
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Past error
          </th>
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
          {forecasts.map((forecast) => (
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
