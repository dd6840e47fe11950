import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { DecimalString } from '../../../src/platform/units/schema.ts';
import type { FirstStep } from '../../../src/tradeoff/first-use/schema.ts';
import { call } from '../client.ts';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import styles from './first-use.module.css';
import { StepItem } from './StepItem.tsx';

const CURRENCIES = ['USD', 'EUR', 'GBP', 'CHF', 'JPY', 'INR'];

/** A first monthly budget over everything. */
export function BudgetStep({ step }: { readonly step: FirstStep }) {
  const id = useId();
  const queries = useQueryClient();
  const [amount, setAmount] = useState('');
  const [currency, setCurrency] = useState('USD');
  const set = useMutation({
    mutationFn: () =>
      call(postApply, { body: { documents: [{ file: 'budget.yaml', text: budgetText(amount, currency) }] } }),
    onSuccess: () => queries.invalidateQueries(),
  });
  const ready = DecimalString.safeParse(amount).success && Number(amount) > 0;
  return (
    <StepItem
      title="Set a budget"
      text="A monthly limit on the effective cost of everything. Budgets of teams come below it."
      step={step}
    >
      {step.done ? (
        <Link to="/budgets" className={parts.button}>
          Open the budgets
        </Link>
      ) : (
        <form
          className={styles.line}
          onSubmit={(event) => {
            event.preventDefault();
            if (ready && !set.isPending) set.mutate();
          }}
        >
          <label htmlFor={id} className={parts.fieldLabel}>
            Per month
          </label>
          <input
            id={id}
            className={`${parts.line} ${styles.amount}`}
            inputMode="decimal"
            placeholder="10000"
            value={amount}
            onChange={(event) => setAmount(event.target.value.trim())}
          />
          <Select
            label="Currency"
            hideLabel
            value={currency}
            options={CURRENCIES.map((value) => ({ value, label: value }))}
            onChange={setCurrency}
          />
          <button type="submit" className={parts.button} disabled={!ready || set.isPending}>
            {set.isPending ? 'Setting…' : 'Set the budget'}
          </button>
          {set.error !== null && (
            <p className={parts.refused} role="alert">
              {set.error.message}
            </p>
          )}
        </form>
      )}
    </StepItem>
  );
}

function budgetText(amount: string, currency: string): string {
  const spec = { subject: {}, amount, currency };
  return JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Budget', metadata: { name: 'everything' }, spec });
}
