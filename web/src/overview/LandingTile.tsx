import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { getMonthToDate } from '../../../src/finops/costs/schema.ts';
import { listForecasts } from '../../../src/finops/forecasts/schema.ts';
import type { PartialAnswer } from '../../../src/platform/contract/schema.ts';
import { endpointQuery } from '../client.ts';
import { filtersIn } from '../costs/cost-query.ts';
import { formatAbout } from '../format/money.ts';
import { formatDay, formatMonth, formatMonthName, monthBefore } from '../format/time.ts';
import { useScope } from '../frame/use-scope.ts';
import { ChangeMark } from '../parts/ChangeMark.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { Figure } from './Figure.tsx';
import { LandingBar } from './LandingBar.tsx';
import { describeLanding, findForecast } from './landing.ts';
import { Tile } from './Tile.tsx';
import { tileScope } from './tile-scope.ts';
import styles from './tiles.module.css';

const HEIGHT = 160;

/** Cost of the month to date, and its forecast with interval against the budget. */
export function LandingTile() {
  const scope = useScope();
  const { team } = scope;
  const forecasts = useQuery(endpointQuery(listForecasts, { query: team === undefined ? {} : { team } }));
  const month = forecasts.data?.standing?.month;
  const toDate = useQuery({
    ...endpointQuery(getMonthToDate, { query: { month, filter: [...filtersIn(scope, {})] } }),
    // The forecast may be of a month that no bill has yet.
    enabled: month !== undefined && scope.months.includes(month),
  });
  const own =
    forecasts.data === undefined ? undefined : findForecast(forecasts.data, team ?? findOnlyTeam(forecasts.data));
  const landing = own === undefined ? undefined : describeLanding(own);
  const reason = own?.reason ?? forecasts.data?.reason ?? 'No forecast yet';
  const estimate = own?.forecast ?? null;
  const total = toDate.data?.totals.find(({ currency }) => currency === own?.currency) ?? toDate.data?.totals[0];
  const through = toDate.data?.through ?? null;
  const before = toDate.data?.before?.totals.find(({ currency }) => currency === total?.currency)?.amount;
  const status =
    forecasts.data === undefined ? undefined : (landing?.status ?? { tone: 'none' as const, word: 'No forecast' });
  return (
    <Tile
      title="Month to date and landing"
      to="/forecasts"
      status={status}
      scope={
        month !== undefined && month !== scope.month
          ? formatMonth(month)
          : tileScope(scope, { range: true, team: true })
      }
      action={
        <Link to="/forecasts" className={parts.button}>
          Open the forecast
        </Link>
      }
    >
      <Loaded query={forecasts} what="The forecast" height={HEIGHT}>
        {() => (
          <>
            <div className={styles.figures}>
              <Figure
                label="To date"
                note={
                  through === null
                    ? total === undefined
                      ? 'No charge yet'
                      : 'Charged so far; no day is complete'
                    : `To ${formatDay(through)}`
                }
              >
                {total === undefined ? (
                  <Unknown reason="No charge of this month yet." />
                ) : (
                  <MoneyFigure money={through === null ? { ...total, amount: total.later } : total} />
                )}
              </Figure>
              <Figure
                label={month === undefined ? 'Landing' : `${formatMonthName(month)} lands at`}
                note={
                  estimate === null || own === undefined
                    ? undefined
                    : `${formatAbout({ amount: estimate.lo80, currency: own.currency })} to ${formatAbout({ amount: estimate.hi80, currency: own.currency })} (80\u00a0%)`
                }
              >
                {estimate === null || own === undefined ? (
                  <Unknown reason={reason} />
                ) : (
                  <data value={estimate.mean} data-testid="landing">
                    {formatAbout({ amount: estimate.mean, currency: own.currency })}
                  </data>
                )}
              </Figure>
            </div>
            {own !== undefined && <LandingBar forecast={own} />}
            <p className={styles.text}>
              {landing?.budget ?? (estimate === null ? reason : 'No budget covers exactly this.')}
              {'. '}
              {through !== null && before !== undefined && total !== undefined && month !== undefined && (
                <ChangeMark
                  current={total.amount}
                  before={before}
                  on={`the same days of ${formatMonthName(monthBefore(month))}`}
                />
              )}
            </p>
          </>
        )}
      </Loaded>
    </Tile>
  );
}

/** The only team that the account sees; undefined: all, or several. */
function findOnlyTeam({ partial }: { readonly partial?: PartialAnswer }): string | undefined {
  return partial?.teams.length === 1 ? partial.teams[0] : undefined;
}
