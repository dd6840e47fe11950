import { useId, useState } from 'react';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './decisions.module.css';
import type { Approvals } from './use-approvals.ts';

interface StatementDialogProps {
  readonly act: 'approve' | 'decline';
  /** Version that is approved or declined. */
  readonly what: string;
  readonly state: Approvals['state'];
  readonly onClose: () => void;
}

const WORDS = {
  approve: {
    title: 'Approve',
    acting: 'Approving…',
    effect: 'Your approval is kept with your note. No alias moves until the version is evaluated again.',
  },
  decline: {
    title: 'Decline',
    acting: 'Declining…',
    effect: 'The approval check fails while your refusal stands. You can withdraw it.',
  },
} as const;

/** Approves or declines a version, with a note; a refusal requires one. */
export function StatementDialog({ act, what, state, onClose }: StatementDialogProps) {
  const id = useId();
  const [note, setNote] = useState('');
  const { title, acting, effect } = WORDS[act];
  return (
    <FormDialog
      title={`${title} ${what}?`}
      act={title}
      acting={acting}
      ready={act === 'approve' || note.trim() !== ''}
      pending={state.isPending}
      error={state.error}
      onSubmit={() => state.mutate({ decline: act === 'decline', note }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className={parts.note}>{effect}</p>
      <label htmlFor={id} className={styles.noteField}>
        {act === 'approve' ? 'Note (optional)' : 'Reason'}
        <textarea
          id={id}
          rows={3}
          maxLength={500}
          className={parts.area}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
