import { AppError } from '../../platform/errors/index.ts';
import { literal } from '../../platform/lake/index.ts';

/** A requested range: billing months or charge days; both ends are inclusive. */
export interface AskedRange {
  readonly period?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const isDay = (text: string): boolean => text.length === 'YYYY-MM-DD'.length;
const DAY_MS = 24 * 3_600_000;

/** Whether the range is in charge days. Errors: `invalid_request` for a mixture, or an end before the start. */
export function byDay({ from, to }: AskedRange): boolean {
  const ends = [from, to].filter((end) => end !== undefined);
  if (new Set(ends.map(isDay)).size > 1) {
    const detail = `From ${from} to ${to} mixes a billing month with a charge day. Give two months (2026-11) or two days (2026-11-03).`;
    throw new AppError('invalid_request', detail, { from, to });
  }
  if (from !== undefined && to !== undefined && from > to) {
    throw new AppError('invalid_request', `From ${from} is after to ${to}. Give the earlier one first.`, { from, to });
  }
  return ends.some(isDay);
}

/** SQL conditions over bill rows: months select billing periods, days select the start day of charges, UTC. */
export function rangeConditions(range: AskedRange): string[] {
  const { period, from, to } = range;
  const days = byDay(range);
  const first = (text: string) => (days ? `ChargePeriodStart >= ${dayStart(text, 0)}` : `period >= ${literal(text)}`);
  const last = (text: string) => (days ? `ChargePeriodStart < ${dayStart(text, 1)}` : `period <= ${literal(text)}`);
  return [
    ...(period === undefined ? [] : [`period = ${literal(period)}`]),
    ...(from === undefined ? [] : [first(from)]),
    ...(to === undefined ? [] : [last(to)]),
  ];
}

function dayStart(day: string, later: number): string {
  const start = new Date(Date.parse(`${day}T00:00:00Z`) + later * DAY_MS).toISOString();
  return `TIMESTAMP ${literal(start.slice(0, 19).replace('T', ' '))}`;
}

/** Whether a billing period can contain rows of the range; by charge day every period can. */
export function mayHold(range: AskedRange, period: string): boolean {
  const { from, to } = range;
  if (range.period !== undefined && range.period !== period) return false;
  if (byDay(range)) return true;
  return (from === undefined || period >= from) && (to === undefined || period <= to);
}
