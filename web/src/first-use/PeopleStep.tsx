import { Link } from '@tanstack/react-router';
import type { FirstStep } from '../../../src/tradeoff/first-use/schema.ts';
import parts from '../parts/parts.module.css';
import { StepItem } from './StepItem.tsx';

/** Accounts for other people. */
export function PeopleStep({ step }: { readonly step: FirstStep }) {
  return (
    <StepItem
      title="Invite people"
      text="An account for each person, with a role: viewer, contributor, finance, leader, operator or admin. Tokens are for programs."
      step={step}
    >
      <Link to="/account" className={parts.button}>
        {step.done ? 'Open the accounts' : 'Add an account'}
      </Link>
    </StepItem>
  );
}
