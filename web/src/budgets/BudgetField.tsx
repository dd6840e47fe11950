import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import parts from '../parts/parts.module.css';
import styles from './budgets.module.css';

interface BudgetFieldProps {
  readonly label: string;
  /** Error of the field; undefined while the value is valid. */
  readonly problem?: string | undefined;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** A choice of few; otherwise it is typed. */
  readonly options?: Readonly<Record<string, string>>;
  readonly input?: InputHTMLAttributes<HTMLInputElement>;
}

/** One field of the budget form, with its error below. */
export function BudgetField({ label, problem, hint, value, onChange, options, input }: BudgetFieldProps) {
  const id = useId();
  const phrase = problem ?? hint;
  const common = {
    id,
    value,
    ...(phrase === undefined ? {} : { 'aria-describedby': `${id}-message` }),
    'aria-invalid': problem !== undefined,
  };
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {options === undefined ? (
        <input
          {...common}
          {...input}
          className={parts.line}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <select {...common} className={styles.choice} onChange={(event) => onChange(event.target.value)}>
          {Object.entries(options).map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      )}
      {phrase !== undefined && <FieldMessage id={`${id}-message`} problem={problem} hint={hint} />}
    </div>
  );
}

function FieldMessage({ id, problem, hint }: { id: string; problem: ReactNode; hint: ReactNode }) {
  return (
    <span id={id} className={problem === undefined ? parts.note : parts.refused}>
      {problem ?? hint}
    </span>
  );
}
