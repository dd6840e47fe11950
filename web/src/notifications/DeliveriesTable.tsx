import type { NotificationDelivery } from '../../../src/platform/notification-routes/schema.ts';
import { formatCount } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

/** The delivery log, newest first. */
export function DeliveriesTable({ deliveries }: { readonly deliveries: readonly NotificationDelivery[] }) {
  if (deliveries.length === 0) return <p className={table.none}>There is no delivery.</p>;
  return (
    <SortableTable
      label="Delivery log"
      rows={deliveries}
      columns={[
        { head: 'Notice', by: (one) => one.title },
        { head: 'Time', by: (one) => one.at },
        { head: 'Topic', by: (one) => one.topic },
        { head: 'Route', by: (one) => one.route },
        { head: 'State', by: (one) => one.state },
        { head: 'Tries', by: (one) => one.tries, numeric: true },
      ]}
      row={(one) => (
        <tr key={one.delivery}>
          <th scope="row">
            {one.title}
            <span className={layout.sub}>{one.subject}</span>
          </th>
          <td>
            <Instant at={one.at} />
          </td>
          <td>{one.topic}</td>
          <td>
            {one.route}
            <span className={layout.sub}>{one.target}</span>
          </td>
          <td>
            {one.state}
            {one.responseStatus === null ? '' : ` (${one.responseStatus})`}
            {one.error !== null && <span className={layout.sub}>{one.error}</span>}
            {one.nextTryAt !== null && <span className={layout.sub}>next {formatInstant(one.nextTryAt)}</span>}
          </td>
          <td className={table.number}>{formatCount(one.tries)}</td>
        </tr>
      )}
    />
  );
}
