import { useId, useState } from 'react';
import { DAY_MS } from '../../../src/platform/units/durations.ts';
import type { Recommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { Choice } from '../parts/Choice.tsx';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './recommendations.module.css';
import { useDismiss } from './use-recommendations.ts';

interface DismissDialogProps {
  readonly one: Recommendation;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const SPANS = [
  { value: 'week', label: 'For a week' },
  { value: 'month', label: 'For 30 days' },
  { value: 'ever', label: 'For good' },
] as const;
const DAYS = { week: 7, month: 30, ever: null } as const;

/** Asks for the reason of a dismissal, and states for how long the recommendation stays hidden. */
export function DismissDialog({ one, onClose, onDone }: DismissDialogProps) {
  const id = useId();
  const [reason, setReason] = useState('');
  const [span, setSpan] = useState<keyof typeof DAYS>('month');
  const dismiss = useDismiss(one, onDone);
  const submit = () => {
    const days = DAYS[span];
    const until = days === null ? null : new Date(Date.now() + days * DAY_MS).toISOString();
    dismiss.mutate({ reason: reason.trim(), until });
  };
  return (
    <FormDialog
      title={`Dismiss: ${one.title}?`}
      act="Dismiss"
      acting="Dismissing…"
      pending={dismiss.isPending}
      error={dismiss.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>Nothing changes, and the recommendation stays hidden for this time. It can be reopened at any time.</p>
      <Choice label="Duration" value={span} options={SPANS} onChange={setSpan} />
      <label className={styles.field} htmlFor={`${id}-reason`}>
        Reason (for the record)
        <input
          id={`${id}-reason`}
          className={parts.line}
          maxLength={500}
          autoComplete="off"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
