import type { Standing } from '../schema.ts';
import type { DeliveryUnit } from '../store.ts';
import type { StandingUnit } from './unit-store.ts';

/** Current standing of a unit of a delivery, and the reason why it does not count or a notable fact about it. */
export function findStanding(
  unit: DeliveryUnit,
  units: readonly StandingUnit[],
): { standing: Standing; reason: string | null } {
  if (unit.period === null) return { standing: 'empty', reason: unit.remark };
  const stands = units.find(({ partition }) => partition === unit.partition);
  if (stands === undefined || stands.delivery !== unit.delivery) {
    if (unit.ignored) return { standing: 'ignored', reason: unit.remark };
    return { standing: 'replaced', reason: stands === undefined ? null : `${stands.delivery} stands instead` };
  }
  if (stands.shadowedBy !== null) return { standing: stands.held ? 'held' : 'shadowed', reason: stands.shadowReason };
  return { standing: 'current', reason: unit.remark };
}
