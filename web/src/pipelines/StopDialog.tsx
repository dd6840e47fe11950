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
      act="Stop it"
      acting="Stopping…"
      cancel="Let it run"
      pending={stop.isPending}
      error={stop.error}
      onSubmit={stop.mutate}
      onClose={onClose}
    >
      <p>
        {counted(steps.running, 'step')} that {steps.running === 1 ? 'runs' : 'run'} will be asked to end and{' '}
        {steps.running === 1 ? 'has its' : 'have their'} grace to save what was reached;{' '}
        {counted(steps.waiting, 'step')} that {steps.waiting === 1 ? 'waits' : 'wait'} will not begin.
        {cost !== null && (
          <>
            {' '}
            <MoneyFigure money={cost} /> is spent by now, and stays spent.
          </>
        )}
      </p>
      <p className={layout.quiet}>What has ended well is kept: a resume takes it again at no cost.</p>
    </FormDialog>
  );
}
