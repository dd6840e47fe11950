import type { BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import { ListField } from '../document-form/ListField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import { BudgetScopeFields } from './BudgetScopeFields.tsx';
import { formatPercentNumber, parsePercent } from './budget-kind.ts';
import { toOptions } from './use-scope-options.ts';

const EVERY = { day: 'Day', week: 'Week', month: 'Month', quarter: 'Quarter', year: 'Year', once: 'Once' };
const ENFORCEMENT = {
  soft: 'Alert only',
  approval: 'Require approval',
  hard: 'Hard limit: admit no new work, stop running work',
};
const ROLL_OVER = { none: 'Expires', unspent: 'Rolls over to the next period' };

interface BudgetFieldsProps {
  readonly form: DocumentForm<BudgetSpec>;
  readonly isNew: boolean;
  readonly parents: readonly string[];
}

/** All fields of the budget form: amount and time, enforcement and alerts, and scope. */
export function BudgetFields({ form, isNew, parents }: BudgetFieldsProps) {
  const isOnce = form.get(['every']) === 'once';
  return (
    <>
      <div className={styles.fields}>
        {isNew && (
          <FormField
            label="Name"
            value={form.read.name}
            problem={form.nameProblem}
            onChange={form.setName}
            input={{ placeholder: 'recommender' }}
          />
        )}
        <ValueField
          form={form}
          path={['amount']}
          label="Amount"
          isRequired
          input={{ inputMode: 'decimal', placeholder: '200' }}
        />
        <ValueField form={form} path={['currency']} label="Currency" isRequired />
        <ValueField form={form} path={['every']} label="Period" options={EVERY} fallback="month" />
        <ValueField
          form={form}
          path={['timeZone']}
          label="Time zone"
          fallback="UTC"
          hint="Budget periods start at midnight in this time zone."
        />
        {isOnce ? (
          <>
            <ValueField
              form={form}
              path={['from']}
              label="From (UTC)"
              input={{ placeholder: '2026-11-01T00:00:00Z' }}
            />
            <ValueField
              form={form}
              path={['until']}
              label="Until, exclusive (UTC)"
              input={{ placeholder: '2027-01-01T00:00:00Z' }}
            />
          </>
        ) : (
          <ValueField
            form={form}
            path={['rollOver']}
            label="Unused budget"
            options={ROLL_OVER}
            fallback="none"
            hint="Rollover is at most one budget amount."
          />
        )}
        <ValueField form={form} path={['enforcement']} label="At the limit" options={ENFORCEMENT} fallback="soft" />
        <ListField
          form={form}
          path={['warnAt']}
          label="Alert threshold, % of the limit"
          fallback={[0.8, 1]}
          parse={parsePercent}
          format={formatPercentNumber}
        />
        <ListField
          form={form}
          path={['forecastAt']}
          label="Alert at % chance to exceed"
          parse={parsePercent}
          format={formatPercentNumber}
          isOptional
        />
        <ValueField form={form} path={['owner']} label="Owner" hint="Empty: the owner of the team." />
        <ValueField form={form} path={['parent']} label="Parent budget" options={toOptions('No parent', parents)} />
      </div>
      <BudgetScopeFields form={form} />
    </>
  );
}
