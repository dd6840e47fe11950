import { Link } from '@tanstack/react-router';
import type { LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { formatAbout } from '../format/money.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { AboutFigure } from './AboutFigure.tsx';
import styles from './forecasts.module.css';
import { errorText, findLastDay, LIKELY, NO_LIMIT, NOT_TRIED, probabilityText, rowName } from './words.ts';

interface ForecastsTableProps {
  readonly forecasts: readonly LedgerForecast[];
  /** The one that is drawn above. */
  readonly isDrawn: (forecast: LedgerForecast) => boolean;
}

/** Forecast cost of each subject, probability that its budget is exceeded, and back-test error. */
export function ForecastsTable({ forecasts, isDrawn }: ForecastsTableProps) {
  const ofBudgets = forecasts.some(({ level }) => level === 'budget');
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
            Above limit
          </th>
          <th scope="col" className={table.wideOnly}>
            Exceeded on
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Past error
          </th>
        </tr>
      </thead>
      <tbody>
        {forecasts.map((forecast) => (
          <Row
            key={`${forecast.level} ${forecast.key} ${forecast.currency}`}
            forecast={forecast}
            drawn={isDrawn(forecast)}
            ofBudgets={ofBudgets}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly forecast: LedgerForecast;
  readonly drawn: boolean;
  readonly ofBudgets: boolean;
}

function Row({ forecast, drawn, ofBudgets }: RowProps) {
  const { level, key, currency, known, forecast: estimate, reason, breach, backtest } = forecast;
  const money = (amount: string) => ({ amount, currency });
  const why = <Unknown reason={reason ?? 'Not known.'} />;
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
        {known === null ? why : <MoneyFigure money={money(known)} />}
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
        {breach?.day == null ? (
          <Unknown reason={breach === null ? (reason ?? NO_LIMIT) : 'Fewer than 5 % of the paths exceed it.'} />
        ) : (
          formatDay(breach.day)
        )}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>{error ?? <Unknown reason={reason ?? NOT_TRIED} />}</td>
    </tr>
  );
}
