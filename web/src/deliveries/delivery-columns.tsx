import { Link } from '@tanstack/react-router';
import type { Delivery } from '../../../src/finops/billing/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { formatCount } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { compareTexts } from '../table/comparators.ts';
import type { GridColumn } from '../table/DataTable.tsx';
import { DeliveryLink } from './DeliveryLink.tsx';
import { exportName, listMoney, moneyChange } from './history.ts';
import { MoneyList } from './MoneyList.tsx';
import { StandingMark } from './StandingMark.tsx';
import { StateMark } from './StateMark.tsx';

export interface DeliveryRow {
  readonly entry: Delivery;
  readonly before: Delivery | null;
}

const NO_PERIOD = 'It has no rows and no billing period.';

function billed({ entry }: DeliveryRow): string {
  return listMoney(entry)[0]?.amount ?? '0';
}

function change({ entry, before }: DeliveryRow): string {
  return before === null ? '0' : (moneyChange(before, entry)[0]?.amount ?? '0');
}

/** The columns of the list of deliveries. */
export const deliveryColumns: readonly GridColumn<DeliveryRow>[] = [
  {
    id: 'delivery',
    header: 'Delivery',
    cell: ({ entry }) => <DeliveryLink delivery={entry.delivery} />,
    compare: (a, b) => a.entry.delivery.localeCompare(b.entry.delivery),
  },
  {
    id: 'receivedAt',
    header: 'Received',
    cell: ({ entry }) => <Instant at={entry.receivedAt} />,
    compare: (a, b) => a.entry.receivedAt.localeCompare(b.entry.receivedAt),
  },
  {
    id: 'source',
    header: 'Source',
    cell: ({ entry }) => (
      <>
        {entry.source} {exportName(entry) !== 'default' && <small>{exportName(entry)}</small>}
      </>
    ),
    compare: (a, b) => a.entry.source.localeCompare(b.entry.source),
  },
  {
    id: 'period',
    header: 'Period',
    cell: ({ entry }) => (entry.period === null ? <Unknown reason={NO_PERIOD} /> : formatMonth(entry.period)),
    compare: compareTexts((a) => a.entry.period),
  },
  {
    id: 'standing',
    header: 'Status',
    cell: ({ entry }) => <StandingMark standing={entry.standing} reason={entry.reason} />,
    compare: (a, b) => a.entry.standing.localeCompare(b.entry.standing),
  },
  {
    id: 'billed',
    header: 'Billed',
    numeric: true,
    cell: ({ entry }) => <MoneyList money={listMoney(entry)} reason="None of its rows has a billed cost." />,
    compare: (a, b) => decimal(billed(a)).comparedTo(billed(b)),
  },
  {
    id: 'change',
    header: <span data-tip="Billed cost against the previous delivery of the same period.">Change</span>,
    numeric: true,
    cell: ({ entry, before }) => <ChangeCell entry={entry} before={before} />,
    compare: (a, b) => decimal(change(a)).comparedTo(change(b)),
  },
  {
    id: 'rows',
    header: 'Rows',
    numeric: true,
    cell: ({ entry }) => formatCount(entry.rows),
    compare: (a, b) => a.entry.rows - b.entry.rows,
  },
  {
    id: 'leftOut',
    header: <span data-tip="Rejected rows of the whole delivery.">Rejected</span>,
    numeric: true,
    cell: ({ entry }) => <span data-tip="Rejected rows of the whole delivery.">{formatCount(entry.rejectedRows)}</span>,
    compare: (a, b) => a.entry.rejectedRows - b.entry.rejectedRows,
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ entry }) => (entry.state === null ? <Unknown reason={NO_PERIOD} /> : <StateMark state={entry.state} />),
    compare: compareTexts((a) => a.entry.state),
  },
];

function ChangeCell({ entry, before }: DeliveryRow) {
  if (before === null) return <Unknown reason="The first delivery of its export and period." />;
  return (
    <Link
      to="/deliveries/compare"
      search={{ a: before.delivery, b: entry.delivery, month: entry.period ?? undefined }}
      className={parts.textLink}
      aria-label={`Compare ${entry.delivery} with the previous one`}
      onClick={(event) => event.stopPropagation()}
    >
      <MoneyList money={moneyChange(before, entry)} reason="Neither has a billed cost." delta />
    </Link>
  );
}
