import { AppError } from '../../../platform/errors/index.ts';
import type { BillUnit } from '../bill-rows.ts';
import { deliveryNotFound } from '../delivery-not-found.ts';
import type { ActResult } from '../schema.ts';
import { type DeliveryUnit, deliveriesOfUnit, unitsOfDelivery } from '../store.ts';
import { actResult, applyPlan } from './apply-plan.ts';
import { contentOf, type IntendedUnit, type LedgerDeps, planChange } from './ledger.ts';
import { type StandingUnit, standingUnits } from './unit-store.ts';

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
  const units = await heldUnits(deps, act);
  const standing = await standingUnits(deps.store);
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
  const result = await actResult(deps, plan);
  const { actor, why, delivery } = act;
  const done = { act: 'revert', actor, why, delivery, source } as const;
  if (!act.dryRun) await applyPlan(deps, plan, done, async () => ({ why, actor }));
  return result;
}

export type HeldUnit = DeliveryUnit & BillUnit;

/**
 * Units of a delivery with a billing period, or only the unit of the given period. Errors: `bill_delivery_not_found`.
 */
export async function heldUnits(
  { store }: Pick<LedgerDeps, 'store'>,
  { delivery, period }: Pick<DeliveryAct, 'delivery' | 'period'>,
): Promise<HeldUnit[]> {
  const units = await unitsOfDelivery(store, delivery);
  const held = units.filter((unit): unit is HeldUnit => unit.period !== null);
  const asked = period === null ? held : held.filter((unit) => unit.period === period);
  if (asked.length > 0) return asked;
  if (units.length === 0) throw await deliveryNotFound(store, delivery);
  const detail = `${delivery} has no rows of ${period ?? 'any billing period'}. List the deliveries with: steelyard bill deliveries`;
  throw new AppError('bill_delivery_not_found', detail, { delivery });
}

async function revertTarget(
  deps: LedgerDeps,
  unit: HeldUnit,
  standing: readonly StandingUnit[],
): Promise<HeldUnit | null> {
  const stands = standing.find(({ partition }) => partition === unit.partition);
  if (stands?.delivery !== unit.delivery) return unit;
  const known = await deliveriesOfUnit(deps.store, unit.partition);
  const stood = known.filter((other) => !other.ignored || other.delivery === unit.delivery);
  const before = stood[stood.findIndex((other) => other.delivery === unit.delivery) - 1];
  return before === undefined ? null : { ...before, period: unit.period };
}

async function intend(deps: LedgerDeps, unit: HeldUnit): Promise<IntendedUnit> {
  const { facts, files } = await contentOf(deps, unit.delivery, unit.partition);
  const { partition, source, exportName, dataset, scope, period, delivery } = unit;
  return { partition, source, exportName, dataset, scope, period, delivery, facts, files };
}
