import { AppError } from '../../../platform/errors/index.ts';
import { formatExport } from '../bill-rows.ts';
import type { ActResult } from '../schema.ts';
import { applyPlan, buildActResult } from './apply-plan.ts';
import { type IntendedUnit, type LedgerDeps, planChange, readUnitContent } from './ledger.ts';
import { type DeliveredUnit, type DeliveryAct, findHeldUnits } from './revert.ts';
import { findStandingUnits, type StandingUnit } from './unit-store.ts';

/**
 * Stores a person's decision between this delivery's export and each export that it overlaps now: this export counts
 * and shadows the others or, with `beside`, both contain separate charges and both count. The decision also applies to
 * later deliveries and later months of the two exports. Errors: `bill_delivery_not_found`,
 * `bill_delivery_not_standing`.
 */
export async function preferDelivery(
  deps: LedgerDeps,
  act: DeliveryAct & { readonly beside: boolean },
): Promise<ActResult> {
  const units = await findHeldUnits(deps, act);
  const standing = await findStandingUnits(deps.store);
  const decides = { overlaps: 'all', counts: act.beside ? 'both' : 'this' } as const;
  const intended: IntendedUnit[] = [];
  for (const unit of units) {
    const { partition, source, exportName, dataset, scope, period, delivery } = requireStandingDelivery(unit, standing);
    const { facts, files } = await readUnitContent(deps, delivery, partition);
    intended.push({ partition, source, exportName, dataset, scope, period, delivery, facts, files, decides });
  }
  const plan = await planChange(deps, intended);
  const { actor, why, delivery } = act;
  const done = { act: 'prefer', actor, why, delivery, source: units[0]?.source ?? '' } as const;
  const result = await buildActResult(deps, plan);
  if (!act.dryRun) await applyPlan(deps, plan, done, async () => ({ beside: act.beside, why, actor }));
  return result;
}

function requireStandingDelivery(unit: DeliveredUnit, standing: readonly StandingUnit[]): StandingUnit {
  const stands = standing.find(({ partition }) => partition === unit.partition);
  if (stands !== undefined && stands.delivery === unit.delivery) return stands;
  const now = stands === undefined ? 'there is none' : `${stands.delivery} is; name that one`;
  const detail = `${unit.delivery} is not the current delivery of ${formatExport(unit)} for ${unit.period}: ${now}, or reinstate it first with steelyard bill revert.`;
  throw new AppError('bill_delivery_not_standing', detail, { delivery: unit.delivery, stands: stands?.delivery });
}
