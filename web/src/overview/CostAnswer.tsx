import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import type { MonthToDate } from '../../../src/finops/costs/schema.ts';
import type { Money } from '../../../src/platform/units/schema.ts';
import { dimensionValue } from '../format/dimension.ts';
import { formatMetric } from '../format/metric.ts';
import { formatShare } from '../format/number.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay, formatMonth, formatMonthName } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { ChangeMark } from '../parts/ChangeMark.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { RatesText } from '../parts/RatesText.tsx';
import type { OverviewData } from './use-overview.ts';

/** Cost of the period, its change, and the largest part. */
export function CostAnswer({ overview }: { readonly overview: OverviewData }) {
  const { scope, spend, toDate, total, totals, groups, dimension, earlier, reporting } = overview;
  if (scope.empty) return 'No bill has been imported yet, so no spend is known.';
  if (spend.isError || toDate.isError) return 'The costs could not be read.';
  if (spend.data === undefined || toDate.isLoading) return <AnswerPending />;
  const when = scope.month === undefined ? 'in all months' : `in ${formatMonth(scope.month)}`;
  if (total === undefined) return `No charge ${when}${scope.team === undefined ? '' : ` by team ${scope.team}`}.`;
  const month = toDate.data;
  if (month?.through === null) return <NoWholeDay month={month} />;
  const partial = month !== undefined && !month.isComplete && month.through !== null;
  const isReported = reporting?.amount != null;
  const before = isReported
    ? (month?.reporting?.before ?? null)
    : (month?.before?.totals.find(({ currency }) => currency === total.currency)?.amount ?? null);
  const later = (month?.totals ?? []).filter((one) => one.later !== '0');
  // Without a reporting currency, a change or a share is of one currency alone.
  const ofOne = !isReported && totals.length > 1 ? ` in ${total.currency}` : '';
  const [largest] = groups;
  const share = largest === undefined ? null : formatShare(largest.amount ?? '0', total.amount);
  return (
    <>
      <span data-testid="headline">
        <MoneyFigure money={total} strong />
      </span>
      {!isReported && <AndOthers totals={totals.slice(1)} strong />} {formatMetric(DEFAULT_METRIC)} {when}
      {scope.team !== undefined && ` by team ${scope.team}`}
      {partial && `, to ${formatDay(month.through ?? '')}${withoutSources(month.behind)}`}
      {before !== null && earlier !== undefined && (
        <>
          ,{' '}
          <ChangeMark
            current={total.amount}
            before={before}
            on={`${partial ? 'the same days of ' : ''}${formatMonthName(earlier)}${ofOne}`}
          />
        </>
      )}
      {largest !== undefined && share !== null && groups.length > 1 && (
        <>
          ; <strong>{dimensionValue(dimension, largest[dimension] ?? null)}</strong> is {share} of it{ofOne}
        </>
      )}
      .
      {isReported && reporting.rates.length + reporting.leftOut.length > 0 && (
        <>
          {' '}
          In the currencies of the bills it is {totals[0] !== undefined && <MoneyFigure money={totals[0]} />}
          <AndOthers totals={totals.slice(1)} />, <RatesText {...reporting} />.
        </>
      )}
      {later.length > 0 && (
        <>
          {' '}
          Later, incomplete days:{' '}
          {later.map(({ currency, later: amount }, at) => (
            <span key={currency}>
              {at > 0 && ' and '}
              <MoneyFigure money={{ amount, currency }} />
            </span>
          ))}
          .
        </>
      )}
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
