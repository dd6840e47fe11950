import type { Sql } from '../../../platform/store/index.ts';
import type { Instant } from '../../../platform/units/index.ts';
import { computePeriodState, DEFAULT_PROVISIONAL_DAYS } from '../period-state.ts';
import type { PeriodState } from '../schema.ts';
import { findDelivery, findUnitsOfDelivery } from '../store.ts';
import { findProvisionalDays, findStandingUnits } from './unit-store.ts';

/** Part of a delivery that belongs to one unit, to be summed. */
export interface CountedUnit {
  /** YYYY-MM */
  readonly period: string;
  readonly lakeFiles: readonly string[];
}

/**
 * Units of a delivery that can be summed, counted now or not; null for an unknown delivery. If one delivery contains
 * two views of the same cost (actual and amortized), the shadowed view is omitted.
 */
export async function findCountedUnits(sql: Sql, delivery: string): Promise<CountedUnit[] | null> {
  if ((await findDelivery(sql, delivery)) === null) return null;
  const units = await findUnitsOfDelivery(sql, delivery);
  const own = new Set(units.map(({ partition }) => partition));
  const shadowed = new Set(
    (await findStandingUnits(sql))
      .filter(({ shadowedBy }) => shadowedBy !== null && own.has(shadowedBy))
      .map(({ partition }) => partition),
  );
  return units.flatMap(({ period, partition, lakeFiles }) =>
    period === null || shadowed.has(partition) ? [] : [{ period, lakeFiles }],
  );
}

/** State of a billing period over all its sources, with the provisional days of each source. */
export async function findPeriodState(sql: Sql, period: string, now: Instant): Promise<PeriodState> {
  const days = await findProvisionalDays(sql);
  const units = (await findStandingUnits(sql)).filter((unit) => unit.period === period);
  const longest = Math.max(0, ...units.map(({ source }) => days.get(source) ?? DEFAULT_PROVISIONAL_DAYS));
  return computePeriodState(period, units.length === 0 ? DEFAULT_PROVISIONAL_DAYS : longest, now);
}
