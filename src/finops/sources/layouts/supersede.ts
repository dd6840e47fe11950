import { containsDates } from './dates.ts';
import type { DeliveryPlan } from './delivery-plan.ts';

/**
 * Marks deliveries of one unit as superseded when a newer ready delivery covers them: it contains the whole period to
 * date. A newer but shorter delivery (a one-time export of nine days after a daily one) covers only its own days, and a
 * newer waiting one covers nothing yet. Returns the plans in order of production, oldest first.
 */
export function markSuperseded(plans: readonly DeliveryPlan[]): DeliveryPlan[] {
  const ordered = plans.toSorted(
    (one, other) => one.producedAt - other.producedAt || compare(one.origin, other.origin),
  );
  return ordered.map((plan, index) => {
    const newer = ordered.slice(index + 1).find((later) => supersedes(later, plan));
    if (newer === undefined) return plan;
    const reason = `${newer.origin} is a newer delivery of the same period`;
    return { ...plan, state: { kind: 'superseded', reason } };
  });
}

function supersedes(later: DeliveryPlan, plan: DeliveryPlan): boolean {
  const replaces = later.state.kind === 'ready' || (later.state.kind === 'ignored' && plan.state.kind === 'ignored');
  return replaces && buildUnitKey(later) === buildUnitKey(plan) && containsDates(later.coverage, plan.coverage);
}

function buildUnitKey({ layout, exportName, dataset, scope, period }: DeliveryPlan): string {
  return JSON.stringify([layout, exportName, dataset, scope, period]);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
