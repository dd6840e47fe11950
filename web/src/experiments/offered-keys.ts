import type { RunColumn } from '../../../src/mlops/run-views/run-table/schema.ts';
import { columnText, OWN_COLUMNS } from './run-column.ts';
import { awaitsKey, wordBefore } from './run-filter.ts';

const MOST_OFFERED = 8;

/** Keys that begin with the word before the cursor, then those that contain it. */
export function offeredKeys(text: string, cursor: number, columns: readonly RunColumn[]): string[] {
  const word = wordBefore(text, cursor);
  if (word === '' || !awaitsKey(text, cursor)) return [];
  const others = keysLike(word, columns).filter((key) => plain(key) !== plain(word));
  return others.slice(0, MOST_OFFERED);
}

/** Keys that match a text: those that begin with it first. */
export function keysLike(text: string, columns: readonly RunColumn[]): string[] {
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
