import { useMemo } from 'react';
import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { MatrixPanel } from './MatrixPanel.tsx';
import { StepPanel } from './StepPanel.tsx';
import { groupSteps } from './step-groups.ts';

interface OpenStepProps {
  readonly run: PipelineRun;
  readonly nowMs: number;
  /** The open step or matrix. */
  readonly open: string;
  readonly attempt: number | undefined;
  readonly onAttempt: (attempt: number | undefined) => void;
  readonly onOpen: (id: string | undefined) => void;
}

/** Panel of the open step or matrix of steps. */
export function OpenStep({ run, nowMs, open, attempt, onAttempt, onOpen }: OpenStepProps) {
  const groups = useMemo(() => groupSteps(run.stepList), [run.stepList]);
  const close = () => onOpen(undefined);
  const matrix = groups.find(({ id, isMatrix }) => isMatrix && id === open);
  if (matrix !== undefined) return <MatrixPanel group={matrix} nowMs={nowMs} onOpen={onOpen} onClose={close} />;
  const step = run.stepList.find((one) => one.step === open);
  if (step === undefined) {
    return (
      <Card title={open}>
        <EmptyState shows="A step of this run." why={`This run has no step "${open}".`} />
      </Card>
    );
  }
  const isOneOfMany = groups.some(({ id, isMatrix }) => isMatrix && id === step.name);
  return (
    <StepPanel
      run={run}
      step={step}
      nowMs={nowMs}
      attempt={attempt}
      onAttempt={onAttempt}
      onMatrix={isOneOfMany ? () => onOpen(step.name) : null}
      onClose={close}
    />
  );
}
