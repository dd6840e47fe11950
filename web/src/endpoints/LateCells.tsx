import type { EndpointMetrics } from '../../../src/mlops/gateway/metrics/schema.ts';
import { formatCount, formatMilliseconds, formatPercent } from '../format/number.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './endpoints.module.css';
import { lateFigures } from './late-figures.ts';

const NOT_ASKED = 'No request in this time.';

/** Recent requests, latency and errors of an endpoint: three cells of a row. */
export function LateCells({ metrics }: { readonly metrics: EndpointMetrics | undefined }) {
  const cell = `${table.number} ${table.wideOnly}`;
  const pending = <Skeleton height={16} width={48} />;
  const figures = metrics === undefined ? null : lateFigures(metrics);
  return (
    <>
      <td className={cell}>{figures === null ? pending : formatCount(figures.requests)}</td>
      <td className={cell}>
        {figures === null ? (
          pending
        ) : figures.p95Ms === null ? (
          <Unknown reason={NOT_ASKED} />
        ) : (
          formatMilliseconds(figures.p95Ms)
        )}
      </td>
      <td className={cell}>
        {figures === null ? (
          pending
        ) : figures.failedShare === null ? (
          <Unknown reason={NOT_ASKED} />
        ) : (
          <span className={figures.failedShare > 0 ? styles.failed : undefined}>
            {formatPercent(figures.failedShare * 100)}
          </span>
        )}
      </td>
    </>
  );
}
