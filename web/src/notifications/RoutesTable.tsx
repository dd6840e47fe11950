import { Link } from '@tanstack/react-router';
import type { NotificationRoute } from '../../../src/platform/notification-routes/schema.ts';
import { formatCount } from '../format/number.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

interface RoutesTableProps {
  readonly routes: readonly NotificationRoute[];
  readonly busy: boolean;
  readonly onTest: (route: string) => void;
}

/** Notification routes with a test button each. */
export function RoutesTable({ routes, busy, onTest }: RoutesTableProps) {
  return (
    <SortableTable
      label="Notification routes"
      rows={routes}
      columns={[
        { head: 'Route', by: (one) => one.name },
        { head: 'Topics', by: (one) => one.match.topics?.join(', ') ?? 'all topics' },
        { head: 'Recipient', by: (one) => one.target },
        { head: 'Waiting', by: (one) => one.active, numeric: true },
        { head: 'Last delivery', by: (one) => one.lastDelivery?.at },
        { hiddenHead: 'Test' },
      ]}
      row={({ name, owner, match, target, digest, active, lastDelivery }) => (
        <tr key={name}>
          <th scope="row">
            <Link to="/notification-routes" search={{ route: name }} className={parts.textLink}>
              {name}
            </Link>
            {owner !== null && <span className={layout.sub}>{owner}</span>}
          </th>
          <td>
            {match.topics?.join(', ') ?? 'all topics'}
            {match.teams !== undefined && <span className={layout.sub}>only {match.teams.join(', ')}</span>}
          </td>
          <td>
            {target}
            <span className={layout.sub}>{digest === null ? 'immediately' : `digest every ${digest.every}`}</span>
          </td>
          <td className={table.number}>{formatCount(active)}</td>
          <td>
            {lastDelivery === null ? (
              'none'
            ) : (
              <>
                {lastDelivery.state}
                <span className={layout.sub}>
                  <Instant at={lastDelivery.at} />
                </span>
              </>
            )}
          </td>
          <td>
            <button
              type="button"
              className={parts.button}
              disabled={busy}
              onClick={() => onTest(name)}
              aria-label={`Send a test message by ${name}`}
            >
              Test
            </button>
          </td>
        </tr>
      )}
    />
  );
}
