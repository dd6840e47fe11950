import type { Delivery } from '../../../src/finops/billing/schema.ts';
import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';
import { counted } from '../format/number.ts';
import { formatInstant, formatMonth } from '../format/time.ts';
import { listMoney } from './history.ts';
import { MoneyList } from './MoneyList.tsx';

/** Size of the delivery, and the periods for which it counts. */
export function DeliveryAnswer({ entries }: { readonly entries: readonly Delivery[] }) {
  const [first] = entries;
  if (first === undefined) return null;
  const periods = entries.flatMap(({ period }) => (period === null ? [] : [period]));
  const rows = entries.reduce((sum, entry) => sum + entry.rows, 0);
  const current = entries.filter((entry) => entry.current);
  return (
    <>
      It came from <strong>{first.source}</strong> on {formatInstant(first.receivedAt)} with {counted(rows, 'row')} of{' '}
      {periodsText(periods)}
      {rows > 0 && (
        <>
          ,{' '}
          <span data-testid="headline">
            <MoneyList money={sums(entries)} reason="No row states a billed cost." />
          </span>{' '}
          billed
        </>
      )}
      {first.rejectedRows > 0 && `; ${counted(first.rejectedRows, 'row')} could not be accepted`}.{' '}
      {countsText(entries, current)}
    </>
  );
}

function periodsText(periods: readonly string[]): string {
  const unique = [...new Set(periods)].sort();
  const [only] = unique;
  if (only === undefined) return 'no period';
  if (unique.length === 1) return formatMonth(only);
  return `${counted(unique.length, 'period')}, ${formatMonth(only)} to ${formatMonth(unique.at(-1) ?? only)}`;
}

function countsText(entries: readonly Delivery[], current: readonly Delivery[]): string {
  if (current.length === entries.length) return 'All of it is counted.';
  const [first] = entries;
  if (current.length > 0) return `It is counted for ${current.length} of ${entries.length} periods.`;
  const reason = first?.reason ?? null;
  return reason === null ? 'None of it is counted.' : `None of it is counted: ${reason}.`;
}

function sums(entries: readonly Delivery[]): Money[] {
  const totals = new Map<string, string>();
  for (const { amount, currency } of entries.flatMap((entry) => listMoney(entry)))
    totals.set(currency, decimalString(decimal(totals.get(currency) ?? '0').plus(amount)));
  return [...totals].map(([currency, amount]) => ({ amount, currency }));
}
