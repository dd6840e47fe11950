import type { HealthStatus } from '../../../src/tradeoff/production-health/schema.ts';
import styles from './health.module.css';

const MARKS: Readonly<Record<HealthStatus, readonly [sign: string, means: string]>> = {
  healthy: ['✓', 'No problem is known.'],
  degraded: ['▲', 'A limited problem, or recovery is not proven yet.'],
  unhealthy: ['✕', 'The running version has an alert, or requests fail.'],
  unknown: ['–', 'No requests and no measurements yet.'],
};

interface HealthMarkProps {
  readonly status: HealthStatus;
  /** Reasons, the gravest first; the first two are in the tooltip. */
  readonly reasons?: readonly string[];
}

/** Health of an endpoint or a model: sign and word first, colour second. */
export function HealthMark({ status, reasons = [] }: HealthMarkProps) {
  const [sign, means] = MARKS[status];
  return (
    <span className={`${styles.mark} ${styles[status]}`} data-tip={reasons.slice(0, 2).join(' ') || means}>
      <span aria-hidden="true">{sign}</span> {status}
    </span>
  );
}
