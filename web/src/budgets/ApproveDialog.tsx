import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { approveBudget, type BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { call } from '../client.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import styles from './budgets.module.css';

interface ApproveDialogProps {
  readonly budget: BudgetDetail;
  readonly onClose: () => void;
}

/** Form for an additional amount and its reason; both are stored with the budget. */
export function ApproveDialog({ budget: { name, limit }, onClose }: ApproveDialogProps) {
  const id = useId();
  const [amount, setAmount] = useState('');
  const [note, setNote] = useState('');
  const queries = useQueryClient();
  const approve = useMutation({
    mutationFn: () => call(approveBudget, { params: { budget: name }, body: { amount: amount.trim(), note } }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      onClose();
    },
  });
  const ready = /^\d+(\.\d+)?$/.test(amount.trim()) && note.trim() !== '';
  const title = `Approve more for ${name}?`;
  return (
    <FormDialog
      title={title}
      act="Approve"
      ready={ready}
      pending={approve.isPending}
      error={approve.error}
      onSubmit={approve.mutate}
      onClose={onClose}
    >
      <p>
        The limit is <MoneyFigure money={limit} /> in this window. An approval raises it until the window ends.
      </p>
      <label className={styles.field} htmlFor={`${id}-amount`}>
        Amount, {limit.currency}
        <input
          id={`${id}-amount`}
          className={parts.line}
          inputMode="decimal"
          autoComplete="off"
          placeholder="50"
          required
          value={amount}
          onChange={(event) => setAmount(event.target.value)}
        />
      </label>
      <label className={styles.field} htmlFor={`${id}-note`}>
        Reason
        <input
          id={`${id}-note`}
          className={parts.line}
          autoComplete="off"
          maxLength={500}
          required
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
