import { useId } from 'react';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import type { Params, TypedParams } from './params-typed.ts';
import styles from './pipelines.module.css';

interface ParamFieldsProps {
  /** Default values, which also determine the types. */
  readonly defaults: Params;
  readonly typed: TypedParams;
  readonly problems: Readonly<Record<string, string>>;
  readonly onChange: (typed: TypedParams) => void;
}

/** A field for each parameter, of its type. */
export function ParamFields({ defaults, typed, problems, onChange }: ParamFieldsProps) {
  const names = Object.keys(defaults);
  if (names.length === 0) return <p className={layout.quiet}>No parameters.</p>;
  return (
    <div className={styles.fields}>
      {names.map((name) => (
        <ParamField
          key={name}
          name={name}
          before={defaults[name] ?? ''}
          value={typed[name] ?? ''}
          problem={problems[name]}
          onChange={(value) => onChange({ ...typed, [name]: value })}
        />
      ))}
    </div>
  );
}

interface ParamFieldProps {
  readonly name: string;
  readonly before: Params[string];
  readonly value: string | boolean;
  readonly problem: string | undefined;
  readonly onChange: (value: string | boolean) => void;
}

function ParamField({ name, before, value, problem, onChange }: ParamFieldProps) {
  const id = useId();
  if (typeof before === 'boolean') {
    return (
      <label className={styles.check}>
        <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
        {name}
      </label>
    );
  }
  return (
    <label className={styles.field} htmlFor={id}>
      <span>
        {name} <span className={layout.quiet}>{typeof before === 'number' ? 'number' : 'text'}</span>
      </span>
      <input
        id={id}
        className={parts.line}
        autoComplete="off"
        spellCheck={false}
        inputMode={typeof before === 'number' ? 'decimal' : 'text'}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-message`}
        value={String(value)}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}-message`} className={parts.refused}>
        {problem}
      </span>
    </label>
  );
}
