import type { FormEvent } from 'react';
import parts from '../parts/parts.module.css';
import styles from './tradeoffs.module.css';
import type { TradeOffsSearch } from './tradeoffs-search.ts';
import { parseFields } from './what-if-change.ts';

interface WhatIfFormProps {
  readonly search: TradeOffsSearch;
  /** Names of the hardware that was measured. */
  readonly hardware: readonly string[];
  readonly onSubmit: (change: TradeOffsSearch) => void;
  readonly onClear: (() => void) | null;
}

/** Fields of a change; empty fields stay as they are now. */
export function WhatIfForm({ search, hardware, onSubmit, onClear }: WhatIfFormProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    onSubmit(parseFields((name) => String(data.get(name) ?? '')));
  };
  const number = { className: parts.line, autoComplete: 'off', type: 'number', step: 'any', placeholder: 'as now' };
  const names = [...new Set([...hardware, ...(search.hardware === undefined ? [] : [search.hardware])])];
  return (
    <form className={styles.form} onSubmit={submit}>
      <label className={styles.formField}>
        Traffic, times
        <input {...number} name="traffic" min={0} defaultValue={search.traffic} />
      </label>
      <label className={styles.formField}>
        Hardware
        <select name="hardware" className={parts.line} defaultValue={search.hardware ?? ''}>
          <option value="">as now</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className={styles.formField}>
        Precision
        <select name="precision" className={parts.line} defaultValue={search.precision ?? ''}>
          <option value="">as now</option>
          <option value="half">half precision</option>
          <option value="int8">int8</option>
        </select>
      </label>
      <label className={styles.formField}>
        Replicas
        <input {...number} name="replicas" min={1} step={1} defaultValue={search.replicas} />
      </label>
      <label className={styles.formField}>
        Accepted loss, points
        <input {...number} name="loss" min={0} placeholder="none" defaultValue={search.loss} />
      </label>
      <label className={styles.check}>
        <input type="checkbox" name="spot" defaultChecked={search.spot === true} />
        Spot capacity
      </label>
      <span className={styles.acts}>
        <button type="submit" className={`${parts.button} ${parts.primary}`}>
          Compute
        </button>
        {onClear !== null && (
          <button type="button" className={parts.button} onClick={onClear}>
            Clear
          </button>
        )}
      </span>
    </form>
  );
}
