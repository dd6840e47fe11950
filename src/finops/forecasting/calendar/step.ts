import { AppError } from '../../../platform/errors/index.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS } from '../../../platform/units/durations.ts';
import type { WrittenTime } from './time.ts';

/** The distance between two values: months of the calendar, or milliseconds. */
export type Step = { readonly months: number } | { readonly ms: number };

const SHORTEST_MONTH_MS = 28 * DAY_MS;
/** Shift of local midnight when summer time begins or ends. */
const CLOCK_CHANGE_MS = HOUR_MS;
const LONGEST_SEASON = 5000;

/** Place of each time, counted in steps from the first, and the step. */
export interface Spacing {
  readonly step: Step;
  readonly places: readonly number[];
}

/**
 * The most frequent step between neighbours, and the position of each time by it. Times on one day of the month, or all on
 * the last day, are months apart. Days and longer steps may be off by one hour of a clock change. The times are ascending,
 * at least two. Error: `series_time_uneven`.
 */
export function findSpacing(times: readonly WrittenTime[]): Spacing {
  const monthly = findMonthSpacing(times);
  if (monthly !== null) return monthly;
  const instants = times.map(({ wallMs, offsetMs }) => wallMs - offsetMs);
  const apart = instants.slice(1).map((instant, index) => instant - (instants[index] as number));
  const usual = findMostCommon(apart);
  const ms = usual >= DAY_MS - CLOCK_CHANGE_MS ? Math.round(usual / DAY_MS) * DAY_MS : usual;
  const allowed = ms % DAY_MS === 0 ? CLOCK_CHANGE_MS : 0;
  const places = [0];
  for (const [index, distance] of apart.entries()) {
    const steps = Math.round(distance / ms);
    if (steps < 1 || Math.abs(distance - steps * ms) > allowed) throw createUnevenError(times, index, ms);
    places.push((places[index] as number) + steps);
  }
  return { step: { ms }, places };
}

function findMonthSpacing(times: readonly WrittenTime[]): Spacing | null {
  const walls = times.map(({ wallMs }) => new Date(wallMs));
  const first = walls[0] as Date;
  const sameDay = walls.every((wall) => wall.getUTCDate() === first.getUTCDate());
  if (!sameDay && !walls.every(isMonthEnd)) return null;
  if (walls.some((wall) => wall.getTime() % DAY_MS !== first.getTime() % DAY_MS)) return null;
  const months = walls.map((wall) => 12 * wall.getUTCFullYear() + wall.getUTCMonth());
  const apart = months.slice(1).map((month, index) => month - (months[index] as number));
  if (apart.some((count) => count < 1)) return null;
  const length = apart.reduce(computeGreatestDivisor);
  return { step: { months: length }, places: months.map((month) => (month - (months[0] as number)) / length) };
}

function isMonthEnd(wall: Date): boolean {
  return new Date(wall.getTime() + DAY_MS).getUTCDate() === 1;
}

function computeGreatestDivisor(first: number, second: number): number {
  return second === 0 ? first : computeGreatestDivisor(second, first % second);
}

/** The shortest of those that occur most. */
function findMostCommon(distances: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const distance of distances) counts.set(distance, (counts.get(distance) ?? 0) + 1);
  return [...counts].reduce((best, next) =>
    next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best,
  )[0];
}

function createUnevenError(times: readonly WrittenTime[], index: number, ms: number): AppError {
  const [before, after] = [times[index], times[index + 1]] as [WrittenTime, WrittenTime];
  const detail = `The times are mostly ${formatDuration({ ms })} apart, but from ${before.text} to ${after.text} is no multiple of that. Give one value for each step; a step without one may be left out.`;
  return new AppError('series_time_uneven', detail, { before: before.text, after: after.text });
}

/** The instant `count` steps after a time, in its clock: months keep the day, or the end, of the month. */
export function addSteps({ wallMs, offsetMs }: WrittenTime, step: Step, count: number): string {
  if ('ms' in step) return new Date(wallMs + count * step.ms - offsetMs).toISOString().replace('.000Z', 'Z');
  const wall = new Date(wallMs);
  const month = wall.getUTCMonth() + count * step.months;
  const last = new Date(Date.UTC(wall.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day =
    isMonthEnd(wall) && wall.getUTCDate() >= SHORTEST_MONTH_MS / DAY_MS ? last : Math.min(wall.getUTCDate(), last);
  const target = Date.UTC(wall.getUTCFullYear(), month, day) + (wallMs % DAY_MS) - offsetMs;
  return new Date(target).toISOString().replace('.000Z', 'Z');
}

/** The step as an ISO 8601 duration. Example: 604800000 ms -> P7D. */
export function formatDuration(step: Step): string {
  if ('months' in step) return `P${step.months}M`;
  const { ms } = step;
  if (ms % DAY_MS === 0) return `P${ms / DAY_MS}D`;
  if (ms % HOUR_MS === 0) return `PT${ms / HOUR_MS}H`;
  if (ms % MINUTE_MS === 0) return `PT${ms / MINUTE_MS}M`;
  return `PT${ms / SECOND_MS}S`;
}

/** Seasons that people and machines have at this step, in steps: the day, the week and the year. */
export function listUsualSeasons(step: Step): number[] {
  if ('months' in step) return 12 % step.months === 0 && step.months < 12 ? [12 / step.months] : [];
  if (step.ms === WEEK_MS) return [52];
  if (step.ms === DAY_MS) return [7, 365];
  return [DAY_MS, WEEK_MS]
    .filter((season) => step.ms < season && season % step.ms === 0)
    .map((season) => season / step.ms)
    .filter((length) => length >= 2 && length <= LONGEST_SEASON);
}
