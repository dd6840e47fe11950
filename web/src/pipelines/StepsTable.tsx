import { useMemo } from 'react';
import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { DataTable } from '../table/DataTable.tsx';
import { findTrialMetric, stepsColumns } from './steps-columns.tsx';

interface StepsTableProps {
  readonly label: string;
  readonly steps: readonly PipelineStep[];
  readonly nowMs: number;
  readonly onOpen: (step: string) => void;
  readonly className?: string | undefined;
}

/** The steps as a table, with all facts of the graph and the reasons. */
export function StepsTable({ label, steps, nowMs, onOpen, className }: StepsTableProps) {
  const metric = findTrialMetric(steps);
  const columns = useMemo(() => stepsColumns(nowMs, onOpen, metric), [nowMs, onOpen, metric]);
  return (
    <DataTable
      label={label}
      openHint="Arrow keys move, Enter opens a step"
      columns={columns}
      rows={steps}
      rowId={({ step }) => step}
      onOpen={({ step }) => onOpen(step)}
      className={className}
    />
  );
}
