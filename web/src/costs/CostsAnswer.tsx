import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import type { Money } from '../../../src/platform/units/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { formatMetric } from '../format/metric.ts';
import { formatShare } from '../format/number.ts';
import { rangePhrase } from '../frame/date-range.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { allocationShare } from './allocation-share.ts';
import { headlineScope } from './headline-scope.ts';
import { MonthToDate } from './MonthToDate.tsx';
import { ReportedTotal } from './ReportedTotal.tsx';
import { groupLabel } from './stack.ts';
import type { Costs } from './use-costs.ts';

/** The sum in view, the largest part of it, and how much of it has a team. */
export function CostsAnswer({ costs }: { readonly costs: Costs }) {
  const { scope, search, period, dimensions, summary, currency, groups } = costs;
  const range = period.isAll || period.range === undefined ? 'in all months' : rangePhrase(period.range);
  const when = headlineScope(range, search.filter ?? []);
  const totals = summary.data?.totals ?? [];
  const total = totals.find((one) => one.currency === currency);
  if (total === undefined) return `No charge matches ${when}.`;
  const [largest] = groups;
  const share = largest === undefined ? null : formatShare(largest.amount ?? '0', total.amount);
  const others = totals.filter((one) => one.currency !== currency);
  return (
    <>
      <span data-testid="headline">
        <MoneyFigure money={total} strong />
      </span>
      {others.map((other) => (
        <span key={other.currency}>
          {' and '}
          <MoneyFigure money={other} />
        </span>
      ))}{' '}
      {formatMetric(search.metric ?? DEFAULT_METRIC)} {when}
      {scope.team !== undefined && ` by team ${scope.team}`}
      {largest !== undefined && share !== null && groups.length > 1 && (
        <>
          ; <strong>{groupLabel(largest, dimensions)}</strong> is {share} of it
        </>
      )}
      {dimensions.includes('team') && groups.length > 1 && <AllocatedClause groups={groups} total={total} />}
      {groups.length > 1 &&
        !dimensions.includes('team') &&
        `, of ${groups.length} by ${dimensions.map(lower).join(' and ')}`}
      .
      <MonthToDate costs={costs} />
      {summary.data?.reporting != null && <ReportedTotal reporting={summary.data.reporting} />}
    </>
  );
}

function lower(dimension: string): string {
  return dimensionLabel(dimension).replace(/^[A-Z]/, (letter) => letter.toLowerCase());
}

function AllocatedClause({ groups, total }: { readonly groups: Costs['groups']; readonly total: Money }) {
  const { allocated, unallocated } = allocationShare(groups);
  const share = formatShare(allocated, total.amount);
  if (share !== null) return `; ${share} is allocated to a team`;
  // Credits without a team: more than the total is allocated, and no share can say so.
  return (
    <>
      ; <MoneyFigure money={{ amount: unallocated, currency: total.currency }} /> is unallocated
    </>
  );
}
