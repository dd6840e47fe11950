import type { OptimizationDetail } from '../../../src/tradeoff/optimizations/schema.ts';
import { formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import { ShareBar } from '../parts/ShareBar.tsx';
import styles from './optimizations.module.css';

/** Evidence of a loss against the threshold that undoes the change; nothing before it is kept. */
export function WatchCard({ one: { watch, spec } }: { readonly one: OptimizationDetail }) {
  if (watch === null) return null;
  const threshold = spec.watch.averageRunLength;
  return (
    <Card
      title="Watch"
      note={`Evidence of a loss beyond the margin; at ${formatCount(threshold)} the change is undone. The bar is logarithmic.`}
    >
      {watch.evidence.length > 0 && (
        <table className={styles.watch} aria-label="Evidence of a loss by metric">
          <tbody>
            {watch.evidence.map(({ metric, value }) => (
              <tr key={metric}>
                <th scope="row">{metric}</th>
                <td className={styles.watchBar}>
                  <ShareBar ratio={toLogShare(value, threshold)} variable="--quality-fill" />
                </td>
                <td className={styles.watchFigure}>
                  {Number(value.toPrecision(3)).toLocaleString('en')} of {formatCount(threshold)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Facts
        facts={[
          ['Observations', formatCount(watch.observations)],
          ['Cohorts tested until', <Instant key="until" at={watch.cohortsUntil} />],
          ...(watch.waitsFor === null ? [] : [['Waits for', watch.waitsFor] as const]),
        ]}
      />
    </Card>
  );
}

/** Evidence of 1 or less is none; the threshold fills the bar. */
function toLogShare(value: number, threshold: number): number {
  return value <= 1 ? 0 : Math.log(value) / Math.log(threshold);
}
