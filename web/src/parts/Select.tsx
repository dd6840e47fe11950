import { useId } from 'react';
import styles from './parts.module.css';

interface SelectOption {
  readonly value: string;
  readonly label: string;
}

interface SelectGroup {
  readonly label: string;
  readonly options: readonly SelectOption[];
}

interface SelectProps {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly value: string;
  readonly options: readonly (SelectOption | SelectGroup)[];
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
}

/** A choice of options, in groups where given: the native control, so that keyboards, screen readers and phones work as usual. */
export function Select({ label, hideLabel = false, value, options, onChange, disabled = false }: SelectProps) {
  const id = useId();
  return (
    <span className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.fieldLabel}>
        {label}
      </label>
      <span className={styles.selectBox}>
        <select
          id={id}
          className={styles.select}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((entry) =>
            'options' in entry ? (
              <optgroup key={entry.label} label={entry.label}>
                {entry.options.map(renderOption)}
              </optgroup>
            ) : (
              renderOption(entry)
            ),
          )}
        </select>
        <svg className={styles.chevron} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" fill="none">
          <path d="M3 4.5l3 3 3-3" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />
        </svg>
      </span>
    </span>
  );
}

function renderOption({ value, label }: SelectOption) {
  return (
    <option key={value} value={value}>
      {label}
    </option>
  );
}
