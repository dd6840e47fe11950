import { Link } from '@tanstack/react-router';
import parts from '../parts/parts.module.css';
import { budgetNamed } from './budget-named.ts';

/** Why a step ended so; a budget that it names leads to its page. */
export function StepReason({ reason }: { readonly reason: string }) {
  const budget = budgetNamed(reason);
  if (budget === null) return reason;
  const [before = '', after = ''] = reason.split(budget, 2);
  return (
    <>
      {before}
      <Link to="/budgets/$budget" params={{ budget }} className={parts.textLink}>
        {budget}
      </Link>
      {after}
    </>
  );
}
