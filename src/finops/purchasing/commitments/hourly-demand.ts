import { AppError } from '../../../platform/errors/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { type Decimal, decimal, findLargest } from '../../../platform/units/index.ts';
import type { BilledUsage, PeriodUsage } from '../../costs/index.ts';

/** One hour of demand, in units such as instances. */
export interface DemandHour {
  /** Whole hours since 1970, UTC. */
  readonly hour: number;
  /** Total demand, with or without a commitment; excludes spot. */
  readonly wanted: Decimal;
  /** Commitments in force, used or not. */
  readonly committed: Decimal;
  /** Unused part of these commitments. */
  readonly unused: Decimal;
}

export interface HourlyDemand {
  readonly hours: readonly DemandHour[];
  readonly unit: string | null;
  /** Hours without data between the first and the last hour. */
  readonly missingHours: number;
  /** Hours that are the 24th part of a day, because the bill has daily rows only. */
  readonly hoursOfDays: number;
  /** The parts left out of the demand, one sentence each. */
  readonly leftOut: readonly string[];
}

const HOURS_OF_DAY = 24;
const ZERO = decimal(0);
/** Maximum number of hours: more than eleven years of demand are not plausible for a commitment. */
const MOST_HOURS = 100_000;

export interface StatedHour {
  readonly start: string;
  readonly quantity: string;
  readonly committed?: string | undefined;
}

/** From a file: an hour that it does not name is not known. Error: `demand_unusable`. */
export function parseStatedDemand(rows: readonly StatedHour[]): HourlyDemand {
  const byHour = new Map<number, DemandHour>();
  for (const { start, quantity, committed = '0' } of rows) {
    const hour = parseHour(start);
    if (byHour.has(hour)) throw createDemandError(`The hour ${start} comes twice. Give each hour once.`);
    const wanted = decimal(quantity);
    const held = decimal(committed);
    byHour.set(hour, { hour, wanted, committed: held, unused: findLargest(held.minus(wanted), ZERO) });
  }
  const hours = [...byHour.values()].toSorted((a, b) => a.hour - b.hour);
  return { hours, unit: null, missingHours: countSpanHours(hours) - hours.length, hoursOfDays: 0, leftOut: [] };
}

function parseHour(start: string): number {
  const hour = Date.parse(start) / HOUR_MS;
  if (Number.isInteger(hour)) return hour;
  throw createDemandError(`${start} is not the beginning of an hour. Give hours such as 2026-11-01T08:00:00Z.`);
}

/**
 * From the bill: between the first and the last hour, one without a row has no usage. Rows of a day count evenly to its hours; others
 * are left out. Error: `demand_unusable` when nothing is left, or units differ or are none of an hour.
 */
export function buildBilledDemand({ periods }: BilledUsage): HourlyDemand {
  const spot = periods.filter(({ kind }) => kind === 'spot');
  const kept = periods.filter(
    (period) => period.kind !== 'spot' && period.quantity !== null && findPeriodLength(period) !== null,
  );
  const wanted = kept.filter(({ kind }) => kind !== 'unused');
  if (wanted.length === 0) {
    throw createDemandError(
      'The bill has no hourly or daily usage that matches the filter. Use another filter, for example skuId=SKU.',
    );
  }
  const unit = requireOneUnit(wanted);
  const idle = kept.filter((period) => period.kind === 'unused');
  const fitting = idle.filter((period) => isHourly(period.unit));
  const sums = sumHours([...wanted, ...fitting]);
  const long = periods.filter((period) => findPeriodLength(period) === null).length;
  const silent = periods.reduce((sum, { rowsWithoutQuantity }) => sum + rowsWithoutQuantity, 0);
  return {
    ...sums,
    unit,
    missingHours: 0,
    leftOut: [
      ...buildSentence(spot.length, 'of spot, which no commitment covers'),
      ...buildSentence(long, 'that are neither an hour nor a day'),
      ...buildSentence(
        idle.length - fitting.length,
        'of an unused commitment that is not counted in hours (such as money)',
      ),
      ...(silent === 0 ? [] : [`${silent} rows without a quantity`]),
    ],
  };
}

/** Hours of the bill with demand and commitments. Error: `demand_unusable`, as above. */
export function buildBilledHours(usage: BilledUsage): readonly DemandHour[] {
  return buildBilledDemand(usage).hours;
}

function buildSentence(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} charge periods ${what}`];
}

/** Length of a charge period in hours, 1 or 24; null for any other length, which is not usable. */
function findPeriodLength({ start, end }: PeriodUsage): number | null {
  const hours = (Date.parse(end) - Date.parse(start)) / HOUR_MS;
  return hours === 1 || hours === HOURS_OF_DAY ? hours : null;
}

function isHourly(unit: string | null): boolean {
  return unit !== null && /\b(h|hrs?|hours?)\b/i.test(unit);
}

function requireOneUnit(wanted: readonly PeriodUsage[]): string {
  const units = [...new Set(wanted.map(({ unit }) => unit))];
  const [unit = null] = units;
  if (units.length > 1) {
    const names = units.map((one) => one ?? 'none').join(', ');
    throw createDemandError(
      `The usage is counted in ${units.length} units (${names}). Filter to one, for example pricingUnit=Hours.`,
    );
  }
  if (unit === null || !isHourly(unit)) {
    throw createDemandError(
      `The usage is counted in ${unit ?? 'no unit'}, not in hours. Filter to resources that are paid by the hour.`,
    );
  }
  return unit;
}

function sumHours(periods: readonly PeriodUsage[]): Pick<HourlyDemand, 'hours' | 'hoursOfDays'> {
  const sums = new Map<number, { wanted: Decimal; committed: Decimal; unused: Decimal; ofDay: boolean }>();
  for (const period of periods) {
    const length = findPeriodLength(period) ?? 1;
    const quantity = decimal(period.quantity ?? 0).div(length);
    const first = Math.floor(Date.parse(period.start) / HOUR_MS);
    for (let hour = first; hour < first + length; hour += 1) {
      const sum = sums.get(hour) ?? { wanted: ZERO, committed: ZERO, unused: ZERO, ofDay: false };
      if (period.kind !== 'unused') sum.wanted = sum.wanted.plus(quantity);
      if (period.kind !== 'onDemand') sum.committed = sum.committed.plus(quantity);
      if (period.kind === 'unused') sum.unused = sum.unused.plus(quantity);
      sum.ofDay ||= length !== 1;
      sums.set(hour, sum);
    }
  }
  const known = [...sums.keys()];
  const first = known.reduce((least, hour) => Math.min(least, hour), Number.POSITIVE_INFINITY);
  const last = known.reduce((most, hour) => Math.max(most, hour), first);
  if (last - first >= MOST_HOURS)
    throw createDemandError(`The usage spans more than ${MOST_HOURS} hours. Give --from and --to.`);
  const nothing = { wanted: ZERO, committed: ZERO, unused: ZERO, ofDay: false };
  const hours = Array.from({ length: last - first + 1 }, (_, index) => {
    const { ofDay: _ofDay, ...sum } = sums.get(first + index) ?? nothing;
    return { hour: first + index, ...sum };
  });
  return { hours, hoursOfDays: [...sums.values()].filter(({ ofDay }) => ofDay).length };
}

function countSpanHours(hours: readonly DemandHour[]): number {
  const [first, last] = [hours[0], hours.at(-1)];
  return first === undefined || last === undefined ? 0 : last.hour - first.hour + 1;
}

function createDemandError(detail: string): AppError {
  return new AppError('demand_unusable', detail);
}
