import { Link } from '@tanstack/react-router';
import type { EndpointMetrics } from '../../../src/mlops/gateway/metrics/schema.ts';
import type { EndpointDetail, EndpointSummary } from '../../../src/mlops/serving/schema.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import table from '../table/table.module.css';
import { EndpointStateMark } from './EndpointStateMark.tsx';
import { computeFigures } from './endpoint-figures.ts';
import styles from './endpoints.module.css';
import { LateCells } from './LateCells.tsx';
import { Per1000 } from './Per1000.tsx';
import { ServedVersions } from './ServedVersions.tsx';
import { SharesBar } from './SharesBar.tsx';
import { weightsText } from './words.ts';

interface EndpointsTableProps {
  readonly endpoints: readonly EndpointSummary[];
  /** Latest detail of each endpoint, by name. */
  readonly details: ReadonlyMap<string, EndpointDetail>;
  /** Recent metrics of each endpoint, by name. */
  readonly metrics: ReadonlyMap<string, EndpointMetrics>;
}

/** Every endpoint with its versions and their cost. */
export function EndpointsTable({ endpoints, details, metrics }: EndpointsTableProps) {
  return (
    <table className={table.table} data-testid="endpoints">
      <thead>
        <tr>
          <th scope="col">Endpoint</th>
          <th scope="col">State</th>
          <th scope="col" className={table.wideOnly}>
            Serves
          </th>
          <th scope="col" className={table.wideOnly}>
            Traffic
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Replicas
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Requests
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            p95
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Failed
          </th>
          <th scope="col" className={table.number}>
            Per 1,000
          </th>
        </tr>
      </thead>
      <tbody>
        {endpoints.map((endpoint) => (
          <Row
            key={endpoint.name}
            endpoint={endpoint}
            detail={details.get(endpoint.name)}
            metrics={metrics.get(endpoint.name)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly endpoint: EndpointSummary;
  readonly detail: EndpointDetail | undefined;
  readonly metrics: EndpointMetrics | undefined;
}

function Row({ endpoint: { name, state, description, live, newest }, detail, metrics }: RowProps) {
  const figures = detail === undefined ? undefined : computeFigures(detail.variants);
  const pending = <Skeleton height={16} width={56} />;
  const revision = live ?? newest;
  return (
    <tr>
      <th scope="row">
        <Link to="/endpoints/$endpoint" params={{ endpoint: name }} className={table.rowLink}>
          {name}
        </Link>
        {description !== null && (
          <span className={`${table.sub} ${table.wideOnly} ${styles.about}`}>{description}</span>
        )}
      </th>
      <td>
        <EndpointStateMark state={state} />
      </td>
      <td className={table.wideOnly}>
        <ServedVersions revision={revision} variants={detail?.variants} />
      </td>
      <td className={table.wideOnly}>
        <span className={styles.split}>
          {weightsText(revision.weights)}
          <SharesBar shares={Object.entries(revision.weights).map(([variant, share]) => ({ name: variant, share }))} />
        </span>
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {figures === undefined ? pending : `${figures.ready} of ${figures.wanted}`}
      </td>
      <LateCells metrics={metrics} />
      <td className={table.number}>
        {figures === undefined ? pending : <Per1000 money={figures.per1000} unpriced={figures.unpriced} />}
      </td>
    </tr>
  );
}
