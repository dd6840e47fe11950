import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import styles from './decisions.module.css';
import { gaugeScale } from './gauge-scale.ts';

interface CheckGaugeProps {
  readonly check: Pick<Check, 'measured' | 'bound' | 'interval' | 'comparison'>;
  /** The value of a cost is a square, any other a dot. */
  readonly isCost: boolean;
}

/** A line with the bound as a tick, the allowed side thick, and the measured value as a dot with its whiskers. */
export function CheckGauge({ check, isCost }: CheckGaugeProps) {
  const scale = gaugeScale(check);
  if (scale === null) return <span className={styles.gaugeNone} aria-hidden="true" />;
  const allowed = check.comparison === '>=' ? { x1: scale.bound, x2: 100 } : { x1: 0, x2: scale.bound };
  const percent = (value: number) => `${value}%`;
  return (
    <svg className={styles.gauge} width="100%" height="20" aria-hidden="true">
      <line x1="0" x2="100%" y1="10" y2="10" className={styles.gaugeLine} />
      <line x1={percent(allowed.x1)} x2={percent(allowed.x2)} y1="10" y2="10" className={styles.gaugeAllowed} />
      <line x1={percent(scale.bound)} x2={percent(scale.bound)} y1="2" y2="18" className={styles.gaugeBound} />
      {scale.lower !== null && scale.upper !== null && (
        <line x1={percent(scale.lower)} x2={percent(scale.upper)} y1="10" y2="10" className={styles.gaugeWhisker} />
      )}
      {!isCost ? (
        <circle cx={percent(scale.measured)} cy="10" r="5" className={styles.gaugeDot} />
      ) : (
        <svg x={percent(scale.measured)} y="5" width="10" height="10" overflow="visible" aria-hidden="true">
          <rect x="-5" y="0" width="10" height="10" rx="1" className={styles.gaugeDot} />
        </svg>
      )}
    </svg>
  );
}
