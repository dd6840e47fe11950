import type { Rollout } from '../../../src/mlops/serving/rollouts/schema.ts';
import { formatPercent } from '../format/number.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import layout from '../parts/layout.module.css';
import { type RolloutEnd, useEndRollout } from './use-rollout.ts';

interface RolloutDialogProps {
  readonly endpoint: string;
  readonly rollout: Rollout;
  readonly end: RolloutEnd;
  readonly onClose: () => void;
}

/** Asks for confirmation before a canary ends, and shows its effect on the traffic. */
export function RolloutDialog({
  endpoint,
  rollout: { revision, weight, step, steps },
  end,
  onClose,
}: RolloutDialogProps) {
  const ending = useEndRollout(endpoint, onClose);
  const promotes = end === 'promote';
  const title = promotes
    ? `Promote revision ${revision} to all of the traffic?`
    : `Abort the rollout of revision ${revision}?`;
  return (
    <FormDialog
      title={title}
      act={promotes ? 'Promote fully' : 'Abort rollout'}
      pending={ending.isPending}
      error={ending.error}
      onSubmit={() => ending.mutate(end)}
      onClose={onClose}
    >
      <p>
        It has {formatPercent(weight)} of the requests now, at step {step} of {steps}.{' '}
        {promotes
          ? 'The remaining steps are skipped, without their evidence.'
          : 'The live revision gets all of the requests again, in one step, and no request is dropped.'}
      </p>
      <p className={layout.quiet}>
        {promotes ? 'It can be rolled back afterwards.' : 'To try it again, apply its document again.'}
      </p>
    </FormDialog>
  );
}
