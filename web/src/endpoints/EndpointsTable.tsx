import { Link } from '@tanstack/react-router';
import { Spark } from '../charts/Spark.tsx';
import { formatCount, formatMilliseconds, formatPercent } from '../format/number.ts';
import { HealthMark } from '../health/HealthMark.tsx';
import layout from '../parts/layout.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { useSorted } from '../table/use-sorted.ts';
import { EndpointStateMark } from './EndpointStateMark.tsx';
import { COMPARE_ENDPOINTS, type EndpointRow } from './endpoint-rows.ts';
import styles from './endpoints.module.css';
import { PerMillion } from './PerMillion.tsx';
import { ServedVersions } from './ServedVersions.tsx';
import { weightsText } from './words.ts';

const NOT_ASKED = 'No request in the last 24 hours.';

/** Every endpoint with its health, versions, traffic and cost. */
export function EndpointsTable({ rows }: { readonly rows: readonly EndpointRow[] }) {
  const { sorted, sort } = useSorted(rows, COMPARE_ENDPOINTS);
  return (
    <SidewaysBox label="Endpoints">
      <table className={table.table} data-testid="endpoints" aria-label="Endpoints">
        <thead>
          <tr>
            <SortHead column="endpoint" sort={sort}>
              Endpoint
            </SortHead>
            <SortHead column="status" sort={sort}>
              Status
            </SortHead>
            <SortHead column="versions" sort={sort} className={table.wideOnly}>
              Versions
            </SortHead>
            <SortHead column="requests" sort={sort} numeric className={table.wideOnly}>
              Requests per minute
            </SortHead>
            <SortHead column="p50" sort={sort} numeric className={table.wideOnly}>
              p50
            </SortHead>
            <SortHead column="p95" sort={sort} numeric>
              p95
            </SortHead>
            <SortHead column="errors" sort={sort} numeric className={table.wideOnly}>
              Errors
            </SortHead>
            <SortHead column="cost" sort={sort} numeric className={table.wideOnly}>
              Cost per 1M
            </SortHead>
            <SortHead column="owner" sort={sort} className={table.wideOnly}>
              Owner
            </SortHead>
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <Row key={row.endpoint.name} row={row} />
          ))}
        </tbody>
      </table>
    </SidewaysBox>
  );
}

const PENDING = <Skeleton height={16} width={48} />;

function Row({ row: { endpoint, health, detail, figures, minutes } }: { readonly row: EndpointRow }) {
  const { name, state, description, live, newest } = endpoint;
  const revision = live ?? newest;
  const cell = `${table.number} ${table.wideOnly}`;
  const latency = (share: 'p50' | 'p95') =>
    health === undefined ? (
      PENDING
    ) : health.latencyMs === null ? (
      <Unknown reason={NOT_ASKED} />
    ) : (
      formatMilliseconds(health.latencyMs[share])
    );
  return (
    <tr>
      <th scope="row">
        <Link to="/endpoints/$endpoint" params={{ endpoint: name }} className={table.rowLink}>
          {name}
        </Link>
        {description !== null && <span className={`${layout.sub} ${table.wideOnly}`}>{description}</span>}
      </th>
      <td>
        {health === undefined ? PENDING : <HealthMark status={health.status} reasons={health.reasons} />}
        {state !== 'live' && (
          <span className={styles.sub}>
            <EndpointStateMark state={state} />
          </span>
        )}
      </td>
      <td className={table.wideOnly}>
        <ServedVersions revision={revision} variants={detail?.variants} />
        {Object.keys(revision.weights).length > 1 && (
          <span className={styles.sub}>{weightsText(revision.weights)}</span>
        )}
      </td>
      <td className={cell}>
        {minutes === undefined ? (
          PENDING
        ) : (
          <span
            className={styles.course}
            data-tip={`${formatCount(health?.lastHour.requests ?? 0)} requests in the last hour`}
          >
            <Spark values={minutes} />
            {formatCount(minutes.at(-1) ?? 0)}
          </span>
        )}
      </td>
      <td className={cell}>{latency('p50')}</td>
      <td className={table.number}>{latency('p95')}</td>
      <td className={cell}>{health === undefined ? PENDING : <Errors day={health.lastDay} />}</td>
      <td className={cell}>
        {figures === undefined ? PENDING : <PerMillion per1000={figures.per1000} unpriced={figures.unpriced} />}
      </td>
      <td className={table.wideOnly}>
        {health === undefined
          ? PENDING
          : (health.team ?? <Unknown reason="Its project has no team, or it has no project." />)}
      </td>
    </tr>
  );
}

interface ErrorsProps {
  readonly day: { readonly requests: number; readonly errors: number; readonly errorRatio: number | null };
}

function Errors({ day: { requests, errors, errorRatio } }: ErrorsProps) {
  if (errorRatio === null) return <Unknown reason={NOT_ASKED} />;
  return (
    <span
      className={errors > 0 ? styles.failed : undefined}
      data-tip={`${formatCount(errors)} of ${formatCount(requests)} requests in the last 24 hours`}
    >
      {formatPercent(errorRatio * 100)}
    </span>
  );
}
