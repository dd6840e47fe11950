import { AppError } from '../../../platform/errors/index.ts';
import type { BillUnit } from '../bill-rows.ts';
import { createDeliveryNotFoundError } from '../delivery-not-found.ts';
import type { ActResult } from '../schema.ts';
import { type DeliveryUnit, findDeliveriesOfUnit, findUnitsOfDelivery } from '../store.ts';
import { applyPlan, buildActResult } from './apply-plan.ts';
import { type IntendedUnit, type LedgerDeps, planChange, readUnitContent } from './ledger.ts';
import { findStandingUnits, type StandingUnit } from './unit-store.ts';

/** Request to revert or prefer a delivery. */
export interface DeliveryAct {
  readonly delivery: string;
  /** YYYY-MM; null for every billing period of the delivery. */
  readonly period: string | null;
  readonly actor: string;
  readonly why: string | null;
  /** True: only report the changes, apply nothing. */
  readonly dryRun: boolean;
}

/**
 * Reverts a delivery. If the delivery is active, the previous one replaces it; if not, it becomes active again. Later
 * deliveries are newer than both and replace as usual. The reverted delivery stays known, so importing it again changes
 * nothing. Errors: `bill_delivery_not_found`, `bill_nothing_before`.
 */
export async function revertDelivery(deps: LedgerDeps, act: DeliveryAct): Promise<ActResult> {
  const units = await findHeldUnits(deps, act);
  const standing = await findStandingUnits(deps.store);
  const intended: IntendedUnit[] = [];
  for (const unit of units) {
    const target = await revertTarget(deps, unit, standing);
    if (target !== null) intended.push(await intend(deps, target));
  }
  if (intended.length === 0) {
    const periods = [...new Set(units.map(({ period }) => period))].join(', ');
    const detail = `Nothing was delivered before ${act.delivery} for ${periods}, so a revert is not possible. List the deliveries with: steelyard bill deliveries`;
    throw new AppError('bill_nothing_before', detail, { delivery: act.delivery });
  }
  const plan = await planChange(deps, intended);
  const source = units[0]?.source ?? '';
  const result = await buildActResult(deps, plan);
  const { actor, why, delivery } = act;
  const done = { act: 'revert', actor, why, delivery, source } as const;
  if (!act.dryRun) await applyPlan(deps, plan, done, async () => ({ why, actor }));
  return result;
}

export type DeliveredUnit = DeliveryUnit & BillUnit;

/**
 * Units of a delivery with a billing period, or only the unit of the given period. Errors: `bill_delivery_not_found`.
 */
export async function findHeldUnits(
  { store }: Pick<LedgerDeps, 'store'>,
  { delivery, period }: Pick<DeliveryAct, 'delivery' | 'period'>,
): Promise<DeliveredUnit[]> {
  const units = await findUnitsOfDelivery(store, delivery);
  const held = units.filter((unit): unit is DeliveredUnit => unit.period !== null);
  const asked = period === null ? held : held.filter((unit) => unit.period === period);
  if (asked.length > 0) return asked;
  if (units.length === 0) throw await createDeliveryNotFoundError(store, delivery);
  const detail = `${delivery} has no rows of ${period ?? 'any billing period'}. List the deliveries with: steelyard bill deliveries`;
  throw new AppError('bill_delivery_not_found', detail, { delivery });
}

async function revertTarget(
  deps: LedgerDeps,
  unit: DeliveredUnit,
  standing: readonly StandingUnit[],
): Promise<DeliveredUnit | null> {
  const stands = standing.find(({ partition }) => partition === unit.partition);
  if (stands?.delivery !== unit.delivery) return unit;
  const known = await findDeliveriesOfUnit(deps.store, unit.partition);
  const stood = known.filter((other) => !other.ignored || other.delivery === unit.delivery);
  const before = stood[stood.findIndex((other) => other.delivery === unit.delivery) - 1];
  return before === undefined ? null : { ...before, period: unit.period };
}

async function intend(deps: LedgerDeps, unit: DeliveredUnit): Promise<IntendedUnit> {
  const { facts, files } = await readUnitContent(deps, unit.delivery, unit.partition);
  const { partition, source, exportName, dataset, scope, period, delivery } = unit;
  return { partition, source, exportName, dataset, scope, period, delivery, facts, files };
}
