import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import styles from './pipelines.module.css';
import { useStop } from './use-begin.ts';

interface StopDialogProps {
  readonly run: PipelineRun;
  readonly onClose: () => void;
}

/** Says what a stop ends and what it keeps, and asks. */
export function StopDialog({ run, onClose }: StopDialogProps) {
  const stop = useStop(run, onClose);
  const { pipeline, number, cost, steps } = run;
  const title = `Stop #${number} of ${pipeline}?`;
  return (
    <Dialog label={title} onClose={onClose}>
      <form
        className={styles.dialog}
        onSubmit={(event) => {
          event.preventDefault();
          stop.mutate();
        }}
      >
        <h2 className={styles.dialogTitle}>{title}</h2>
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
        <p className={styles.quiet}>What has ended well is kept: a resume takes it again at no cost.</p>
        {stop.error !== null && (
          <p className={parts.refused} role="alert">
            {stop.error.message}
          </p>
        )}
        <div className={styles.buttons}>
          <button type="button" className={parts.button} onClick={onClose}>
            Let it run
          </button>
          <button type="submit" className={`${parts.button} ${parts.primary}`} disabled={stop.isPending}>
            {stop.isPending ? 'Stopping…' : 'Stop it'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
