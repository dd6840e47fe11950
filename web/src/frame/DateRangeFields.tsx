import { useState } from 'react';
import { Choice } from '../parts/Choice.tsx';
import styles from './date-range.module.css';
import { type DateRange, daysIn, isByDay } from './date-range.ts';

const UNITS = [
  { value: 'days', label: 'Charge days' },
  { value: 'months', label: 'Billing months' },
] as const;

interface DateRangeFieldsProps {
  /** Noun of the range: "Period", "Compared with". */
  readonly label: string;
  readonly range: DateRange;
  readonly onChange: (range: DateRange) => void;
}

/** Two ends that both belong to the range, as charge days or as billing months. */
export function DateRangeFields({ label, range, onChange }: DateRangeFieldsProps) {
  const byDay = isByDay(range);
  const type = byDay ? 'date' : 'month';
  const [problem, setProblem] = useState<string | null>(null);
  const change = (next: DateRange) => {
    if (next.from === '' || next.to === '') return;
    if (next.from > next.to) return setProblem('The start is after the end.');
    setProblem(null);
    onChange(next);
  };
  return (
    <fieldset className={styles.range}>
      <legend className="visually-hidden">{label}</legend>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      <Choice
        label={`${label} in`}
        value={byDay ? 'days' : 'months'}
        options={UNITS}
        onChange={(unit) =>
          change(unit === 'days' ? daysIn(range) : { from: range.from.slice(0, 7), to: range.to.slice(0, 7) })
        }
      />
      <input
        key={`from ${range.from}`}
        type={type}
        className={styles.end}
        aria-label={`${label}: first ${byDay ? 'day' : 'month'}`}
        defaultValue={range.from}
        onBlur={(event) => change({ ...range, from: event.target.value })}
        onKeyDown={(event) => event.key === 'Enter' && change({ ...range, from: event.currentTarget.value })}
      />
      <span className={styles.label}>to</span>
      <input
        key={`to ${range.to}`}
        type={type}
        className={styles.end}
        aria-label={`${label}: last ${byDay ? 'day' : 'month'}`}
        defaultValue={range.to}
        onBlur={(event) => change({ ...range, to: event.target.value })}
        onKeyDown={(event) => event.key === 'Enter' && change({ ...range, to: event.currentTarget.value })}
      />
      {problem !== null && (
        <span role="alert" className={styles.problem}>
          {problem}
        </span>
      )}
    </fieldset>
  );
}
