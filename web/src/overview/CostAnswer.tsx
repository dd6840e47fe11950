import { Link } from '@tanstack/react-router';
import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import type { MonthToDate } from '../../../src/finops/costs/schema.ts';
import type { PartialAnswer } from '../../../src/platform/contract/schema.ts';
import type { Money } from '../../../src/platform/units/schema.ts';
import { listFilters } from '../costs/cost-query.ts';
import { dimensionValue } from '../format/dimension.ts';
import { formatMetric } from '../format/metric.ts';
import { formatShare } from '../format/number.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay, formatMonth, formatMonthName, monthBefore } from '../format/time.ts';
import { isByDay, rangeText } from '../frame/date-range.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { ChangeMark } from '../parts/ChangeMark.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import type { MoversInView } from './use-movers.ts';
import type { OverviewData } from './use-overview.ts';

interface CostAnswerProps {
  readonly overview: OverviewData;
  readonly movers: MoversInView;
}

/** The teams of the figures: the chosen one, or those that the account sees. Example: ` by team search`. */
function describeTeams(chosen: string | undefined, partial: PartialAnswer): string {
  if (chosen !== undefined) return ` by team ${chosen}`;
  if (partial === undefined) return '';
  const [only, ...others] = partial.teams;
  return only !== undefined && others.length === 0 ? ` by team ${only}` : ` by your teams ${partial.teams.join(', ')}`;
}

/** Cost of the range, its change against like days, and the largest part. */
export function CostAnswer({ overview, movers }: CostAnswerProps) {
  const { scope, spend, toDate, total, totals, groups, dimension, reporting, compared, isCompared } = overview;
  if (scope.empty) return 'No bill has been imported yet, so no spend is known.';
  if (spend.isError || toDate.isError) return describeReadError(spend.error ?? toDate.error, 'The costs');
  if (spend.data === undefined || toDate.isLoading) return <AnswerPending />;
  if (total === undefined) return `No charge ${scope.phrase}${describeTeams(scope.team, spend.data.partial)}.`;
  const month = toDate.data;
  if (month?.through === null) return <NoWholeDay month={month} />;
  const partial = month !== undefined && !month.isComplete;
  const isReported = reporting?.amount != null;
  // Without a reporting currency, a change or a share is of one currency alone.
  const ofOne = !isReported && totals.length > 1 ? ` in ${total.currency}` : '';
  const [largest] = groups;
  const share = largest === undefined ? null : formatShare(largest.amount ?? '0', total.amount);
  return (
    <>
      <span data-testid="headline">
        <MoneyFigure money={total} strong />
      </span>
      {!isReported && <AndOthers totals={totals.slice(1)} strong />} {formatMetric(DEFAULT_METRIC)} {scope.phrase}
      {scope.range !== undefined && !isByDay(scope.range) && ' by charge day'}
      {describeTeams(scope.team, spend.data.partial)}
      {partial && `, to ${formatDay(month.through ?? '')}${withoutSources(month.behind)}`}
      {compared !== undefined && <Change {...{ overview, movers, partial, ofOne, isCompared }} />}
      {largest !== undefined && share !== null && groups.length > 1 && (
        <>
          ;{' '}
          <Link
            to="/costs"
            search={{ by: ['serviceName'], filter: listFilters(largest, [dimension]) }}
            className={parts.textLink}
          >
            {dimensionValue(dimension, largest[dimension] ?? null)}
          </Link>{' '}
          is {share} of it{ofOne}
        </>
      )}
      .
    </>
  );
}

interface ChangeProps extends CostAnswerProps {
  readonly partial: boolean;
  readonly ofOne: string;
  readonly isCompared: boolean;
}

/** The change on the compared days: by default from the month to date, else from the chosen comparison. */
function Change({ overview, movers, partial, ofOne, isCompared }: ChangeProps) {
  const { total, reporting, toDate, compared } = overview;
  if (total === undefined || compared === undefined) return null;
  if (isCompared) {
    const chosen = movers.query.data?.totals.find(({ currency }) => currency === total.currency);
    if (chosen === undefined) return null;
    return (
      <>
        , <ChangeMark current={chosen.after} before={chosen.before} on={`${rangeText(compared.before)}${ofOne}`} />
      </>
    );
  }
  const month = toDate.data;
  const before =
    reporting?.amount != null
      ? (month?.reporting?.before ?? null)
      : (month?.before?.totals.find(({ currency }) => currency === total.currency)?.amount ?? null);
  if (before === null || month === undefined) return null;
  const name = formatMonthName(monthBefore(month.month));
  return (
    <>
      ,{' '}
      <ChangeMark current={total.amount} before={before} on={`${partial ? 'the same days of ' : ''}${name}${ofOne}`} />
    </>
  );
}

function AndOthers({ totals, strong = false }: { readonly totals: readonly Money[]; readonly strong?: boolean }) {
  return totals.map((other) => (
    <span key={other.currency}>
      {' and '}
      <MoneyFigure money={other} strong={strong} />
    </span>
  ));
}

/** Charges of a month without a whole day. A month-to-date amount would be 0, which is not the cost of the month. */
function NoWholeDay({ month: { month, sources, totals } }: { readonly month: MonthToDate }) {
  const [last] = sources.toSorted((a, b) => (a.through < b.through ? -1 : 1));
  return (
    <>
      No day of {formatMonth(month)} is complete yet
      {last !== undefined && `: the last charge of source ${last.source} is of ${formatDay(last.through)}`}. Charged so
      far, incomplete:{' '}
      {totals.map(({ currency, later }, at) => (
        <span key={currency} data-testid={at === 0 ? 'headline' : undefined}>
          {at > 0 && ' and '}
          <MoneyFigure money={{ amount: later, currency }} strong />
        </span>
      ))}
      .
    </>
  );
}
