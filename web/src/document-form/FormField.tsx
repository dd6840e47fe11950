import { type InputHTMLAttributes, useId } from 'react';
import parts from '../parts/parts.module.css';
import styles from './document-form.module.css';

interface FormFieldProps {
  readonly label: string;
  /** Error of the field; undefined while the value is valid. */
  readonly problem?: string | undefined;
  readonly hint?: string | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  /** A choice of few, by value; otherwise it is typed. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly input?: InputHTMLAttributes<HTMLInputElement>;
}

/** One field of a form, with its error below. */
export function FormField({ label, problem, hint, value, onChange, onBlur, options, input }: FormFieldProps) {
  const id = useId();
  const phrase = problem ?? hint;
  const common = {
    id,
    value,
    onBlur,
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
      {phrase !== undefined && (
        <span id={`${id}-message`} className={problem === undefined ? parts.note : parts.refused}>
          {phrase}
        </span>
      )}
    </div>
  );
}
