import { Link } from '@tanstack/react-router';
import type { NotificationRoute } from '../../../src/platform/notification-routes/schema.ts';
import { formatCount } from '../format/number.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import table from '../table/table.module.css';

interface RoutesTableProps {
  readonly routes: readonly NotificationRoute[];
  readonly busy: boolean;
  readonly onTest: (route: string) => void;
}

/** Notification routes with a test button each. */
export function RoutesTable({ routes, busy, onTest }: RoutesTableProps) {
  return (
    <table className={table.table} aria-label="Notification routes">
      <thead>
        <tr>
          <th scope="col">Route</th>
          <th scope="col">Topics</th>
          <th scope="col">Recipient</th>
          <th scope="col" className={table.number}>
            Waiting
          </th>
          <th scope="col">Last delivery</th>
          <th scope="col">
            <span className="visually-hidden">Test</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {routes.map(({ name, owner, match, target, digest, active, lastDelivery }) => (
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
        ))}
      </tbody>
    </table>
  );
}
