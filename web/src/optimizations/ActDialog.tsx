import { useId, useState } from 'react';
import type { OptimizationDetail } from '../../../src/tradeoff/optimizations/schema.ts';
import { formatMoney } from '../format/money.ts';
import { Facts } from '../parts/Facts.tsx';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './optimizations.module.css';
import { useOptimizationAct } from './use-optimizations.ts';
import { describeAct, type OptimizationAct } from './words.ts';

interface ActDialogProps {
  readonly act: OptimizationAct;
  readonly one: OptimizationDetail;
  readonly onClose: () => void;
}

/** Confirmation that shows traffic and saving first; nothing changes before it. */
export function ActDialog({ act, one, onClose }: ActDialogProps) {
  const id = useId();
  const [reason, setReason] = useState('');
  const change = useOptimizationAct(one, onClose);
  const { title, button, traffic, effect } = describeAct(act, one);
  const { monthly } = one.saving;
  return (
    <FormDialog
      title={title}
      act={button}
      acting="Changing…"
      width="middle"
      pending={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ act, reason: reason.trim() })}
      onClose={onClose}
    >
      <Facts
        facts={[
          ['Traffic', traffic],
          ['Effect', effect],
          ['Saving now', monthly === null ? 'not known' : `${formatMoney(monthly)} a month`],
        ]}
      />
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
