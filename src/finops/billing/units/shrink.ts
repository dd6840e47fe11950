import { AppError } from '../../../platform/errors/index.ts';
import { formatExport } from '../bill-rows.ts';
import type { UnitFacts } from '../facts.ts';
import type { ChargeDates, DeliveryRequest } from '../intake/index.ts';
import type { ArrivingUnit } from './import-units.ts';
import { type LedgerDeps, readUnitContent } from './ledger.ts';
import { findStandingUnits } from './unit-store.ts';

/** Maximum ratio (0..1) of new rows to replaced rows for which the new rows count as strays of another month. */
const HANDFUL_RATIO = 0.1;

/** Active delivery of the unit that a new delivery would replace. */
interface Replaced {
  readonly delivery: string;
  readonly rows: number;
  readonly facts: UnitFacts;
}

/**
 * A delivery replaces its whole unit, so it must be complete. Two kinds of incomplete delivery are refused, because
 * they would delete rows they lack: files without a declared period, mostly of another month, with a handful of rows of
 * this one; and an export whose manifest covers fewer days than the active delivery, such as a ten-day run. Errors:
 * `bill_period_shrinks`.
 */
export async function refuseShrinking(
  deps: LedgerDeps,
  request: DeliveryRequest,
  units: readonly ArrivingUnit[],
): Promise<void> {
  if (request.allowShrink) return;
  const most = Math.max(0, ...units.map(({ rows }) => rows));
  for (const unit of units.filter(({ isOlder }) => !isOlder)) {
    const replaced = await findReplaced(deps, unit);
    if (replaced === null) continue;
    if (request.coverage !== null) refuseUncovered(request.coverage, unit, replaced);
    if (request.period === null && unit.rows < most) refuseHandful(unit, replaced);
  }
}

async function findReplaced(deps: LedgerDeps, { partition }: ArrivingUnit): Promise<Replaced | null> {
  const stands = (await findStandingUnits(deps.store)).find((known) => known.partition === partition);
  if (stands === undefined) return null;
  const { facts, files } = await readUnitContent(deps, stands.delivery, partition);
  return { delivery: stands.delivery, rows: files.reduce((sum, file) => sum + file.rows, 0), facts };
}

function refuseUncovered({ from, to }: ChargeDates, unit: ArrivingUnit, { delivery, facts }: Replaced): void {
  const days = facts.chargeDays.filter((day) => day < from || day >= to);
  if (days.length === 0) return;
  const detail = `The delivery covers ${from} to before ${to} of ${formatExport(unit)}, where ${delivery} also has ${formatDays(days)}; nothing was stored. Deliver the whole of ${unit.period}, or let it shrink with --allow-shrink.`;
  throw new AppError('bill_period_shrinks', detail, { period: unit.period, days: days.length });
}

function refuseHandful(unit: ArrivingUnit, { delivery, rows, facts }: Replaced): void {
  const days = facts.chargeDays.filter((day) => !unit.facts.chargeDays.includes(day));
  if (unit.rows > rows * HANDFUL_RATIO || days.length === 0) return;
  const few = unit.rows === 1 ? '1 row' : `${unit.rows} rows`;
  const detail = `The files hold ${few} of ${unit.period}, where ${delivery} of ${formatExport(unit)} has ${rows} rows, also of ${formatDays(days)}; nothing was stored. Import the months apart, or let these rows replace ${unit.period} with --allow-shrink.`;
  throw new AppError('bill_period_shrinks', detail, { period: unit.period, rows: unit.rows, rowsThatStand: rows });
}

function formatDays(days: readonly string[]): string {
  return days.length === 1 ? (days[0] ?? '') : `${days.length} days from ${days[0]} to ${days.at(-1)}`;
}
