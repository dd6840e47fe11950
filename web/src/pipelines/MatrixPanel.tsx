import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { toCsv } from '../format/csv.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import parts from '../parts/parts.module.css';
import styles from './pipelines.module.css';
import { StepsTable } from './StepsTable.tsx';
import type { StepGroup } from './step-groups.ts';
import { groupStatesText } from './words.ts';

interface MatrixPanelProps {
  readonly group: StepGroup;
  readonly nowMs: number;
  readonly onOpen: (step: string) => void;
  readonly onClose: () => void;
}

/** The steps of a matrix, one below another. */
export function MatrixPanel({ group: { name, steps }, nowMs, onOpen, onClose }: MatrixPanelProps) {
  return (
    <Card
      title={`${name}, ${steps.length} steps`}
      note={groupStatesText(steps)}
      actions={
        <>
          <CsvButton name={`${name}-steps`} what={`the steps of ${name}`} text={() => stepsCsv(steps)} />
          <button type="button" className={parts.button} onClick={onClose}>
            Close
          </button>
        </>
      }
      flush
    >
      <StepsTable label={`Steps of ${name}`} steps={steps} nowMs={nowMs} onOpen={onOpen} className={styles.matrix} />
    </Card>
  );
}

/** Steps with exact figures, as CSV. */
function stepsCsv(steps: readonly PipelineStep[]): string {
  return toCsv(
    [
      'step',
      'state',
      'reason',
      'explanation',
      'tries',
      'startedAt',
      'endedAt',
      'cost',
      'currency',
      'mlflowRun',
      'metric',
      'value',
    ],
    steps.map((step) => [
      step.step,
      step.state,
      step.reason,
      step.explanation,
      String(step.attempt),
      step.startedAt,
      step.endedAt,
      step.cost?.amount ?? null,
      step.cost?.currency ?? null,
      step.mlflowRun,
      step.values.metric ?? null,
      step.values.value ?? null,
    ]),
  );
}
