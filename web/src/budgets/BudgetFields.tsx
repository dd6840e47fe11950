import { BudgetField } from './BudgetField.tsx';
import { type BudgetDraft, SUBJECT_FIELDS } from './budget-draft.ts';
import styles from './budgets.module.css';

const EVERY = { day: 'Day', week: 'Week', month: 'Month', quarter: 'Quarter', year: 'Year', once: 'Once' };
const ENFORCEMENT = {
  soft: 'Alert only',
  approval: 'Require approval',
  hard: 'Hard limit: admit no new work, stop running work',
};
const ROLL_OVER = { none: 'Expires', unspent: 'Rolls over to the next window' };
const SUBJECT_WORDS: Readonly<Record<string, string>> = { run: 'Run id', environment: 'Environment' };

interface BudgetFieldsProps {
  readonly draft: BudgetDraft;
  readonly isNew: boolean;
  readonly parents: readonly string[];
  readonly findProblem: (field: string) => string | undefined;
  readonly set: (field: keyof BudgetDraft, value: string) => void;
}

/** All fields of the budget form: amount and time, enforcement, and scope. */
export function BudgetFields({ draft, isNew, parents, findProblem, set }: BudgetFieldsProps) {
  const field = (name: keyof BudgetDraft, label: string) => ({
    label,
    value: draft[name],
    problem: findProblem(name),
    onChange: (value: string) => set(name, value),
  });
  const parentOptions = { '': 'No parent', ...Object.fromEntries(parents.map((name) => [name, name])) };
  return (
    <>
      <div className={styles.fields}>
        {isNew && <BudgetField {...field('name', 'Name')} input={{ placeholder: 'recommender', autoFocus: true }} />}
        <BudgetField {...field('amount', 'Amount')} input={{ inputMode: 'decimal', placeholder: '200' }} />
        <BudgetField {...field('currency', 'Currency')} />
        <BudgetField {...field('every', 'Period')} options={EVERY} />
        <BudgetField {...field('timeZone', 'Time zone')} hint="Budget periods start at midnight in this time zone." />
        {draft.every === 'once' ? (
          <>
            <BudgetField {...field('from', 'From (UTC)')} input={{ placeholder: '2026-11-01T00:00:00Z' }} />
            <BudgetField
              {...field('until', 'Until, exclusive (UTC)')}
              input={{ placeholder: '2027-01-01T00:00:00Z' }}
            />
          </>
        ) : (
          <BudgetField
            {...field('rollOver', 'Unused budget')}
            options={ROLL_OVER}
            hint="Roll-over is at most one budget amount."
          />
        )}
        <BudgetField {...field('enforcement', 'At the limit')} options={ENFORCEMENT} />
        <BudgetField {...field('warnAt', 'Alert threshold, % of the limit')} />
        <BudgetField {...field('parent', 'Parent budget')} options={parentOptions} />
      </div>
      <fieldset className={styles.covers}>
        <legend>Applies to costs matching all filters. Leave empty for all costs.</legend>
        <div className={styles.fields}>
          {SUBJECT_FIELDS.map((name) => (
            <BudgetField
              key={name}
              {...field(name, SUBJECT_WORDS[name] ?? `${name[0]?.toUpperCase()}${name.slice(1)}`)}
            />
          ))}
        </div>
      </fieldset>
    </>
  );
}
