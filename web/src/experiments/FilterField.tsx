import { useMutation } from '@tanstack/react-query';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { countRuns, type RunColumn } from '../../../src/mlops/tracking/run-table/schema.ts';
import { call } from '../client.ts';
import styles from './experiments.module.css';
import { columnText, OWN_COLUMNS } from './run-column.ts';
import { awaitsKey, wordBefore } from './run-filter.ts';

interface FilterFieldProps {
  readonly value: string;
  readonly experimentId: string;
  readonly columns: readonly RunColumn[];
  /** What the server says of the filter in force. */
  readonly refused: string | undefined;
  readonly onApply: (filter: string) => void;
}

const MOST_OFFERED = 8;

/** One line of MLflow's filter grammar: keys are completed, Enter asks the server, which says what it cannot read. */
export function FilterField({ value, experimentId, columns, refused, onApply }: FilterFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const [cursor, setCursor] = useState<number | null>(null);
  const [at, setAt] = useState(-1);
  const check = useMutation({
    mutationFn: (filter: string) => call(countRuns, { query: { experimentId, filter } }),
    onSuccess: (_, filter) => onApply(filter),
  });
  const offered = cursor === null ? [] : offers(text, cursor, columns);
  const said = check.error?.message ?? refused;
  const take = (key: string) => {
    const end = cursor ?? text.length;
    const start = end - wordBefore(text, end).length;
    const next = `${text.slice(0, start)}${key} ${text.slice(end)}`;
    setText(next);
    setAt(-1);
    setCursor(null);
    input.current?.focus();
  };
  const apply = () => {
    setCursor(null);
    if (text.trim() === '') onApply('');
    else check.mutate(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const key = offered[at];
    if (event.key === 'ArrowDown' && offered.length > 0) setAt((at + 1) % offered.length);
    else if (event.key === 'ArrowUp' && offered.length > 0) setAt((at <= 0 ? offered.length : at) - 1);
    else if (event.key === 'Escape' && offered.length > 0) setCursor(null);
    else if (event.key === 'Tab' && key !== undefined) take(key);
    else if (event.key === 'Enter') key === undefined ? apply() : take(key);
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.filterField}>
      <input
        ref={input}
        className={styles.filterInput}
        role="combobox"
        aria-label="Filter"
        aria-expanded={offered.length > 0}
        aria-controls={`${id}-keys`}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 && offered[at] !== undefined ? `${id}-${at}` : undefined}
        aria-invalid={said !== undefined}
        aria-describedby={`${id}-said`}
        placeholder="metrics.ndcg > 0.4 and cost.total < 5"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setCursor(event.target.selectionStart);
          setAt(-1);
          check.reset();
        }}
        onBlur={() => setCursor(null)}
        onKeyDown={onKeyDown}
      />
      {text !== value || check.isPending ? (
        <span className={styles.filterHint}>Enter</span>
      ) : (
        text !== '' && (
          <button
            type="button"
            className={styles.filterClear}
            aria-label="Clear the filter"
            onClick={() => onApply('')}
          >
            ×
          </button>
        )
      )}
      <div id={`${id}-keys`} role="listbox" aria-label="Keys" className={styles.offers} hidden={offered.length === 0}>
        {offered.map((key, index) => (
          <div
            key={key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={index === at ? styles.offered : undefined}
            onPointerDown={(event) => {
              event.preventDefault();
              take(key);
            }}
          >
            {key}
          </div>
        ))}
      </div>
      <p id={`${id}-said`} className={styles.filterSaid} role={said === undefined ? undefined : 'alert'}>
        {said}
      </p>
    </div>
  );
}

/** Keys that begin like the word before the cursor, then those that have it somewhere. */
function offers(text: string, cursor: number, columns: readonly RunColumn[]): string[] {
  const word = plain(wordBefore(text, cursor));
  if (word === '' || !awaitsKey(text, cursor)) return [];
  const own = ['run_name', ...OWN_COLUMNS.filter((column) => column !== 'duration')];
  const all = [...columns.map(({ column }) => columnText(column)), ...own].filter((key) => plain(key) !== word);
  const begins = all.filter((key) => plain(key).startsWith(word));
  const has = all.filter((key) => !begins.includes(key) && plain(key).includes(word));
  return [...begins, ...has].slice(0, MOST_OFFERED);
}

/** A key as it is typed: nobody begins with the quotes. */
function plain(key: string): string {
  return key.replaceAll(/[`"]/g, '').toLowerCase();
}
