import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { Card } from '../parts/Card.tsx';
import parts from '../parts/parts.module.css';
import styles from './pipelines.module.css';

interface FailedStepsProps {
  readonly steps: readonly PipelineStep[];
  readonly onOpen: (step: string) => void;
}

/** The last lines that each failed step printed. */
export function FailedSteps({ steps, onOpen }: FailedStepsProps) {
  const failed = steps.flatMap(({ step, state, attempts }) => {
    const lastLines = attempts.at(-1)?.lastLines ?? null;
    return state === 'failed' && lastLines !== null ? [{ step, lastLines }] : [];
  });
  if (failed.length === 0) return null;
  return (
    <Card title="Last lines of failed steps">
      {failed.map(({ step, lastLines }) => (
        <section key={step} className={styles.part} aria-label={`Last lines of ${step}`}>
          <button type="button" className={parts.textLink} onClick={() => onOpen(step)}>
            {step}
          </button>
          <pre className={styles.lastLines}>{lastLines}</pre>
        </section>
      ))}
    </Card>
  );
}
