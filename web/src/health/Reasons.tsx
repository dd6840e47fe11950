import type { HealthStatus } from '../../../src/tradeoff/production-health/schema.ts';
import { HealthMark } from './HealthMark.tsx';
import styles from './health.module.css';
import { ReasonList } from './ReasonList.tsx';

interface ReasonsProps {
  readonly status: HealthStatus;
  readonly reasons: readonly string[];
}

/** A status with its reasons as a list, the gravest first. */
export function Reasons({ status, reasons }: ReasonsProps) {
  return (
    <div className={styles.reasons}>
      <HealthMark status={status} />
      <ReasonList reasons={reasons} />
    </div>
  );
}
