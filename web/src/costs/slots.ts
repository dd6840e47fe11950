import { formatDay, formatMonth } from '../format/time.ts';
import { findMonday } from './period/granularity.ts';
import type { Group } from './stack.ts';

/** A slot of rows that have no date. */
const NO_DATE = '';
const MONTH_LENGTH = 7;

/**
 * The slots of the time axis: all slots of the period, and slots outside of it that have a row. The bill of a month may
 * contain a charge or a credit of a day in another month, and the bars must sum to the bill.
 */
export function listSlots(period: readonly string[], rows: readonly Group[], slotDimension: string): string[] {
  return [...new Set([...period, ...rows.map((row) => row[slotDimension] ?? NO_DATE)])].sort();
}

/** `2026-11-03` -> `3 Nov`, `2026-W45` -> `week of 2 Nov`, `2026-11` -> `November 2026`. */
export function slotLabel(slot: string): string {
  if (slot === NO_DATE) return 'no date';
  if (slot.includes('W')) return `week of ${formatDay(findMonday(slot))}`;
  return slot.length === MONTH_LENGTH ? formatMonth(slot) : formatDay(slot);
}

/** Where a slot's bar leads: to the rows of the day or week, or to the month. */
export function slotSearch(slotDimension: string, slot: string): { filter: string[]; period?: string } {
  return slotDimension === 'month' ? { filter: [], period: slot } : { filter: [`${slotDimension}=${slot}`] };
}
