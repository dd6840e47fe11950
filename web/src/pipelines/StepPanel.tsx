import type { ReactNode } from 'react';
import type { PipelineRun, PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { Card } from '../parts/Card.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { CapacityTable } from './CapacityTable.tsx';
import { FilesTable } from './FilesTable.tsx';
import { LogView } from './LogView.tsx';
import styles from './pipelines.module.css';
import { StepFacts } from './StepFacts.tsx';
import { StepValues } from './StepValues.tsx';
import { TriesTable } from './TriesTable.tsx';

interface StepPanelProps {
  readonly run: PipelineRun;
  readonly step: PipelineStep;
  readonly nowMs: number;
  /** Attempt of the log; undefined for the last one. */
  readonly attempt: number | undefined;
  readonly onAttempt: (attempt: number | undefined) => void;
  /** Back to its matrix, where it is one of many. */
  readonly onMatrix: (() => void) | null;
  readonly onClose: () => void;
}

/** One step: reason, live log, attempts, values and outputs. */
export function StepPanel({ run, step, nowMs, attempt, onAttempt, onMatrix, onClose }: StepPanelProps) {
  const openAttempt = attempt ?? step.attempt;
  return (
    <Card
      title={step.step}
      actions={
        <>
          {onMatrix !== null && (
            <button type="button" className={parts.button} onClick={onMatrix}>
              All of {step.name}
            </button>
          )}
          {step.kind === 'run' && step.attempt > 1 && (
            <Select
              label="Attempt"
              value={String(openAttempt)}
              options={Array.from({ length: step.attempt }, (_, index) => String(index + 1)).map((value) => ({
                value,
                label: `${value} of ${step.attempt}`,
              }))}
              onChange={(value) => onAttempt(Number(value) === step.attempt ? undefined : Number(value))}
            />
          )}
          <button type="button" className={parts.button} onClick={onClose}>
            Close
          </button>
        </>
      }
    >
      <div className={styles.panel} data-testid="step">
        <StepFacts step={step} nowMs={nowMs} />
        {Object.keys(step.values).length > 0 && (
          <Part title="Reported values">
            <StepValues values={step.values} />
          </Part>
        )}
        {step.kind === 'run' && openAttempt > 0 && (
          <LogView
            key={step.step}
            of={{ pipeline: run.pipeline, run: run.run, step: step.step, attempt: openAttempt }}
            nodes={step.nodes}
            fileName={`${run.pipeline}-${run.number}-${step.step}-${openAttempt}`}
          />
        )}
        {step.attempts.length > 0 && (
          <Part title="Past attempts">
            <TriesTable step={step} />
          </Part>
        )}
        {step.capacity.length > 0 && (
          <Part title="Capacity decisions for the deadline">
            <CapacityTable step={step} />
          </Part>
        )}
        {step.files.length > 0 && (
          <Part title="Output files">
            <FilesTable step={step} />
          </Part>
        )}
      </div>
    </Card>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.part}>
      <h3 className={styles.partTitle}>{title}</h3>
      {children}
    </section>
  );
}
