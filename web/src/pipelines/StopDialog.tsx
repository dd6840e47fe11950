import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { useStop } from './use-begin.ts';

interface StopDialogProps {
  readonly run: PipelineRun;
  readonly onClose: () => void;
}

/** Asks for confirmation before a stop, and names the steps that end and the results that are kept. */
export function StopDialog({ run, onClose }: StopDialogProps) {
  const stop = useStop(run, onClose);
  const { pipeline, number, cost, steps } = run;
  const title = `Stop #${number} of ${pipeline}?`;
  return (
    <FormDialog
      title={title}
      act="Stop run"
      acting="Stopping…"
      cancel="Keep running"
      pending={stop.isPending}
      error={stop.error}
      onSubmit={stop.mutate}
      onClose={onClose}
    >
      <p>
        {counted(steps.running, 'running step')} will be stopped after a grace period to save progress;{' '}
        {counted(steps.waiting, 'waiting step')} will not start.
        {cost !== null && (
          <>
            {' '}
            <MoneyFigure money={cost} /> has been spent and is not refunded.
          </>
        )}
      </p>
      <p className={layout.quiet}>Completed steps are kept: a resume reuses them at no cost.</p>
    </FormDialog>
  );
}
