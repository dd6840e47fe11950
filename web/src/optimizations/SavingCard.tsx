import type { Money } from '../../../src/platform/units/schema.ts';
import type { ExpectedSaving, OptimizationDetail } from '../../../src/tradeoff/optimizations/schema.ts';
import { formatMoney } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';

const BASES = {
  expected: 'expected before it runs',
  metered: 'metered usage times price, against the hold-out',
  reconciled: 'the bill',
} as const;

/** Saving with its basis, period and interval, and the hours that it leaves out. */
export function SavingCard({ one: { saving, expected } }: { readonly one: OptimizationDetail }) {
  const { basis, period, hours, saved, lower, upper, monthly, paid, reason } = saving;
  const figure = (money: Money | null) =>
    money === null ? <Unknown reason={reason ?? 'not known'} /> : <MoneyFigure money={money} />;
  return (
    <Card
      title="Saving"
      note="Cost that the baseline would have had for the same requests, less the cost of both arms."
    >
      {expected !== null && (
        <Facts facts={[['Expected for a month, at the proposal', <Expected key="expected" expected={expected} />]]} />
      )}
      {saved === null ? (
        <EmptyState shows="The saving with its interval." why={reason ?? 'It is not measured yet.'} />
      ) : (
        <Facts
          facts={[
            ['Saved', figure(saved)],
            ['A month of 730 hours', figure(monthly)],
            [
              '95 % interval of the saving',
              lower === null || upper === null ? (
                <Unknown key="interval" reason="The baseline has too few spans for an interval." />
              ) : (
                `${formatMoney(lower)} to ${formatMoney(upper)}`
              ),
            ],
            ['Paid for both arms', figure(paid)],
            ['Basis', BASES[basis]],
            [
              'Period',
              period === null ? (
                <Unknown key="period" reason="An estimate has no period." />
              ) : (
                <span key="period">
                  {counted(hours, 'hour')} from <Instant at={period.start} /> to <Instant at={period.end} />
                </span>
              ),
            ],
            ['Left out', reason ?? 'nothing'],
          ]}
        />
      )}
    </Card>
  );
}

/** The expected saving with its interval, at the requests that it was computed for. */
function Expected({ expected }: { readonly expected: ExpectedSaving }) {
  const { monthly, lower, upper, requestsPerHour, reason } = expected;
  if (monthly === null) return <Unknown reason={reason ?? 'not known'} />;
  const interval =
    lower === null || upper === null || lower.amount === upper.amount
      ? ''
      : ` (${formatMoney(lower)} to ${formatMoney(upper)})`;
  const demand = requestsPerHour === null ? '' : `, at ${counted(Math.round(requestsPerHour), 'request')} an hour`;
  return (
    <>
      <MoneyFigure money={monthly} />
      {interval}
      {demand}
    </>
  );
}
