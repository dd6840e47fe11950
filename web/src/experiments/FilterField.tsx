import { type KeyboardEvent, useId, useRef, useState } from 'react';
import type { RunColumn } from '../../../src/mlops/run-views/run-table/schema.ts';
import styles from './experiments.module.css';
import { FilterOffers } from './FilterOffers.tsx';
import { FilterSummary } from './FilterSummary.tsx';
import { columnText, OWN_COLUMNS } from './run-column.ts';
import { askedFilter, awaitsKey, nameFilter, wordBefore } from './run-filter.ts';
import { useFilterText } from './use-filter-text.ts';

interface FilterFieldProps {
  readonly value: string;
  readonly columns: readonly RunColumn[];
  /** Error of the server for the filter in force. */
  readonly refused: string | undefined;
  readonly onApply: (filter: string) => void;
}

/** One line of MLflow's filter grammar, or a part of a name. Completes keys, and filters while the user types. */
export function FilterField({ value, columns, refused, onApply }: FilterFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [at, setAt] = useState(-1);
  const askedBy = (text: string) => askedFilter(text, keysLike(text.trim(), columns));
  const field = useFilterText({ value, refused, askedBy, onApply });
  const { text } = field;
  const offered = cursor === null ? [] : offeredKeys(text, cursor, columns);
  const inForce = askedBy(text) === value;
  const write = (next: string, place: number | null) => {
    field.write(next);
    setCursor(place);
    setAt(-1);
  };
  const take = (key: string) => {
    const end = cursor ?? text.length;
    const start = end - wordBefore(text, end).length;
    write(`${text.slice(0, start)}${key} ${text.slice(end)}`, null);
    input.current?.focus();
  };
  const submit = () => {
    setCursor(null);
    field.submit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const key = offered[at];
    if (event.key === 'ArrowDown' && offered.length > 0) setAt((at + 1) % offered.length);
    else if (event.key === 'ArrowUp' && offered.length > 0) setAt((at <= 0 ? offered.length : at) - 1);
    else if (event.key === 'Escape' && offered.length > 0) setCursor(null);
    else if (event.key === 'Tab' && key !== undefined) take(key);
    else if (event.key === 'Enter') key === undefined ? submit() : take(key);
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
        aria-activedescendant={at >= 0 && offered[at] !== undefined ? `${id}-keys-${at}` : undefined}
        aria-invalid={field.alert !== undefined}
        aria-describedby={`${id}-message`}
        placeholder="a name, or metrics.ndcg > 0.4 and cost.total < 5"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => write(event.target.value, event.target.selectionStart)}
        onBlur={() => setCursor(null)}
        onKeyDown={onKeyDown}
      />
      {text !== '' && (
        <button type="button" className={styles.filterClear} aria-label="Clear the filter" onClick={field.clear}>
          ×
        </button>
      )}
      <FilterOffers id={`${id}-keys`} keys={offered} at={at} onTake={take} />
      <FilterSummary
        id={`${id}-message`}
        alert={field.alert}
        hint={field.hint}
        name={inForce && value !== '' && value === nameFilter(text.trim()) ? text.trim() : undefined}
      />
    </div>
  );
}

const MOST_OFFERED = 8;

/** Keys that begin with the word before the cursor, then those that contain it. */
function offeredKeys(text: string, cursor: number, columns: readonly RunColumn[]): string[] {
  const word = wordBefore(text, cursor);
  if (word === '' || !awaitsKey(text, cursor)) return [];
  const others = keysLike(word, columns).filter((key) => plain(key) !== plain(word));
  return others.slice(0, MOST_OFFERED);
}

/** Keys that match a text: those that begin with it first. */
function keysLike(text: string, columns: readonly RunColumn[]): string[] {
  const word = plain(text);
  const own = ['run_name', ...OWN_COLUMNS.filter((column) => column !== 'duration')];
  const all = [...columns.map(({ column }) => columnText(column)), ...own];
  const begins = all.filter((key) => plain(key).startsWith(word));
  return [...begins, ...all.filter((key) => !begins.includes(key) && plain(key).includes(word))];
}

/** A key as users type it, without quotes. */
function plain(key: string): string {
  return key.replaceAll(/[`"]/g, '').toLowerCase();
}
