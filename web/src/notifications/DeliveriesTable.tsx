import type { NotificationDelivery } from '../../../src/platform/notification-routes/schema.ts';
import { formatCount } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import table from '../table/table.module.css';

/** The delivery log, newest first. */
export function DeliveriesTable({ deliveries }: { readonly deliveries: readonly NotificationDelivery[] }) {
  if (deliveries.length === 0) return <p className={table.none}>There is no delivery.</p>;
  return (
    <table className={table.table} aria-label="Delivery log">
      <thead>
        <tr>
          <th scope="col">Notice</th>
          <th scope="col">Time</th>
          <th scope="col">Topic</th>
          <th scope="col">Route</th>
          <th scope="col">State</th>
          <th scope="col" className={table.number}>
            Tries
          </th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((one) => (
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
        ))}
      </tbody>
    </table>
  );
}
