import type { OptimizationDetail } from '../../../src/tradeoff/optimizations/schema.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import styles from './optimizations.module.css';
import { listRampSteps, percentText } from './words.ts';

type Arm = NonNullable<OptimizationDetail['baseline']>;

/** Steps of the ramp with the present one, and the two arms. */
export function RampCard({ one }: { readonly one: OptimizationDetail }) {
  const { baseline, candidate, percent, deadlineAt, waitsFor } = one;
  return (
    <Card title="Traffic" note="Share of the candidate by step; after proof it gets all but the hold-out.">
      <ol className={styles.ramp} aria-label="Steps of the ramp">
        {listRampSteps(one).map(({ label, state }) => (
          <li
            key={label}
            className={`${styles.step} ${styles[state] ?? ''}`}
            {...(state === 'present' ? { 'aria-current': 'step' } : {})}
          >
            {label}
            {state !== 'ahead' && <span className={styles.stepWord}>{state === 'done' ? 'done' : 'now'}</span>}
          </li>
        ))}
      </ol>
      <Facts
        facts={[
          ['Baseline', armText(baseline, 100 - percent)],
          ['Candidate', armText(candidate, percent)],
          ...(deadlineAt === null ? [] : [['Deadline', <Instant key="deadline" at={deadlineAt} />] as const]),
          ...(waitsFor === null ? [] : [['Waits for', waitsFor] as const]),
        ]}
      />
    </Card>
  );
}

function armText(arm: Arm | null, percent: number): string {
  if (arm === null) return 'chosen at the start';
  const version = arm.version === null ? '' : ` version ${arm.version}`;
  const served = arm.model === null ? '' : `: ${arm.model}${version}`;
  return `${arm.variant}${served}, ${percentText(percent)}`;
}
