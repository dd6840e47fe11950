import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './anomalies.module.css';
import { type Rating, rateSeverity, SEVERITIES, shareText } from './severity.ts';
import { NO_IMPACT } from './words.ts';

/** Severity of the most severe of some anomalies, by money and by share of the spend. */
export function SeverityMark({ anomalies }: { readonly anomalies: readonly Anomaly[] }) {
  const ratings = anomalies.flatMap((one) => rateSeverity(one) ?? []);
  const find = (severity: Rating['severity']) => ratings.find((rating) => rating.severity === severity);
  const rating = find('high') ?? find('medium') ?? find('low');
  if (rating === undefined) return <Unknown reason={NO_IMPACT} />;
  return (
    <span className={`${styles.severity} ${styles[rating.severity]}`} data-tip={shareText(rating)}>
      {SEVERITIES[rating.severity]}
    </span>
  );
}
