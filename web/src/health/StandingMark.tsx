import type { AlertStandingOnVersion } from '../../../src/tradeoff/production-health/schema.ts';
import styles from './health.module.css';

const MARKS: Readonly<
  Record<AlertStandingOnVersion, readonly [sign: string, word: string, means: string, style: string | undefined]>
> = {
  open: ['✕', 'open', 'The running version has the condition.', styles.unhealthy],
  not_proven: ['▲', 'not proven', 'Too little data of the running version to tell.', styles.degraded],
  cleared: [
    '✓',
    'cleared',
    'Only earlier versions had the condition. It closes after enough good evaluations.',
    styles.healthy,
  ],
};

/** Whether the running version has the condition of an alert: sign and word first, colour second. */
export function StandingMark({ standing }: { readonly standing: AlertStandingOnVersion }) {
  const [sign, word, means, style] = MARKS[standing];
  return (
    <span className={`${styles.mark} ${style}`} data-tip={means}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}
