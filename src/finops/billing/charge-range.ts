import { AppError } from '../../platform/errors/index.ts';
import { quoteLiteral } from '../../platform/lake/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';

/** A requested range: billing months or charge days; both ends are inclusive. */
export interface RequestedRange {
  readonly period?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const isDay = (text: string): boolean => text.length === 'YYYY-MM-DD'.length;

/** Whether the range is in charge days. Errors: `invalid_request` for a mixture, or an end before the start. */
export function isByDay({ from, to }: RequestedRange): boolean {
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
export function buildRangeConditions(range: RequestedRange): string[] {
  const { period, from, to } = range;
  const days = isByDay(range);
  const first = (text: string) =>
    days ? `ChargePeriodStart >= ${buildDayStart(text, 0)}` : `period >= ${quoteLiteral(text)}`;
  const last = (text: string) =>
    days ? `ChargePeriodStart < ${buildDayStart(text, 1)}` : `period <= ${quoteLiteral(text)}`;
  return [
    ...(period === undefined ? [] : [`period = ${quoteLiteral(period)}`]),
    ...(from === undefined ? [] : [first(from)]),
    ...(to === undefined ? [] : [last(to)]),
  ];
}

function buildDayStart(day: string, later: number): string {
  const start = new Date(Date.parse(`${day}T00:00:00Z`) + later * DAY_MS).toISOString();
  return `TIMESTAMP ${quoteLiteral(start.slice(0, 19).replace('T', ' '))}`;
}

/** The same over a table of sums by billing period and charge day. */
export function buildDailyRangeConditions(range: RequestedRange): string[] {
  const { period, from, to } = range;
  const isDays = isByDay(range);
  const column = isDays ? 'charge_day' : 'period';
  const literal = (text: string) => `${isDays ? 'DATE ' : ''}${quoteLiteral(text)}`;
  return [
    ...(period === undefined ? [] : [`period = ${quoteLiteral(period)}`]),
    ...(from === undefined ? [] : [`${column} >= ${literal(from)}`]),
    ...(to === undefined ? [] : [`${column} <= ${literal(to)}`]),
  ];
}

/** Whether a billing period can contain rows of the range; by charge day every period can. */
export function canContain(range: RequestedRange, period: string): boolean {
  const { from, to } = range;
  if (range.period !== undefined && range.period !== period) return false;
  if (isByDay(range)) return true;
  return (from === undefined || period >= from) && (to === undefined || period <= to);
}
