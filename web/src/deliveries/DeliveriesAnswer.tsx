import { Link } from '@tanstack/react-router';
import type { Delivery, Restatement } from '../../../src/finops/billing/schema.ts';
import { counted } from '../format/number.ts';
import { formatDate, formatMonth } from '../format/time.ts';
import parts from '../parts/parts.module.css';
import { listMoney } from './history.ts';
import { MoneyList } from './MoneyList.tsx';
import { restatedMoney } from './period-series.ts';

interface DeliveriesAnswerProps {
  /** Oldest first, at least one. */
  readonly entries: readonly Delivery[];
  /** Newest first; undefined while they are not known. */
  readonly restatements: readonly Restatement[] | undefined;
}

/** The last delivery, the deliveries that count, changes after closing, and deliveries that are shadowed. */
export function DeliveriesAnswer({ entries, restatements }: DeliveriesAnswerProps) {
  const last = entries.at(-1);
  if (last === undefined) return 'No bill has been delivered yet.';
  const shadowed = entries.filter(({ standing }) => standing === 'shadowed').length;
  const onHold = entries.filter(({ standing }) => standing === 'held').length;
  return (
    <>
      The last bill came from <strong>{last.source}</strong> on {formatDate(last.receivedAt)}:{' '}
      {counted(last.rows, 'row')}
      {last.period !== null && ` of ${formatMonth(last.period)}`}
      {listMoney(last).length > 0 && (
        <>
          {', '}
          <span data-testid="headline">
            <MoneyList money={listMoney(last)} reason="" />
          </span>{' '}
          billed
        </>
      )}
      {restatements !== undefined && <Restated restatements={restatements} />}
      {shadowed > 0 && (
        <>
          ;{' '}
          <Link to="/deliveries" search={{ standing: 'shadowed' }} className={parts.textLink}>
            {counted(shadowed, 'delivery', 'deliveries')}
          </Link>{' '}
          {shadowed === 1 ? 'is a duplicate' : 'are duplicates'}
        </>
      )}
      {onHold > 0 && (
        <>
          ;{' '}
          <Link to="/deliveries" search={{ standing: 'held' }} className={parts.textLink}>
            {counted(onHold, 'delivery', 'deliveries')}
          </Link>{' '}
          {onHold === 1 ? 'is' : 'are'} on hold as a possible duplicate
        </>
      )}
      .
    </>
  );
}

function Restated({ restatements }: { readonly restatements: readonly Restatement[] }) {
  const [newest] = restatements;
  if (newest === undefined) return '; no closed period has changed';
  const periods = new Set(restatements.map(({ period }) => period)).size;
  return (
    <>
      ; <strong>{counted(periods, 'closed period')}</strong> {periods === 1 ? 'has' : 'have'} changed, last{' '}
      {formatMonth(newest.period)} by{' '}
      <MoneyList money={restatedMoney(newest)} reason="The billed cost did not change." delta />
    </>
  );
}
