import { AppError } from '../../../platform/errors/index.ts';
import { formatExport } from '../bill-rows.ts';
import type { IntendedUnit, Plan, Undecided } from './ledger.ts';

/**
 * Refuses a delivery whose rows do not show whether another export has the same charges. Errors:
 * `bill_overlap_unclear`, with each billing period, the two exports and the evidence of the overlap.
 */
export function refuseUnclear(arriving: readonly IntendedUnit[], plan: Plan): void {
  const isArriving = (partition: string) => arriving.some((unit) => unit.partition === partition);
  const overlaps = plan.undecided
    .filter(({ held, counted }) => isArriving(held.partition) || isArriving(counted.partition))
    .map((pair) => buildEvidence(pair, isArriving(pair.held.partition)));
  const [first] = overlaps;
  if (first === undefined) return;
  const more = overlaps.length === 1 ? '' : ` ${overlaps.length - 1} more overlaps are unclear.`;
  const detail = `${first.period}: ${first.export} may hold charges that ${first.other} has too: ${first.evidence}.${more} Nothing was stored. Import again with --counts-beside if these are separate charges, or with --replaces to count this delivery instead.`;
  throw new AppError('bill_overlap_unclear', detail, { overlaps });
}

function buildEvidence({ held, counted, reason }: Undecided, isHeldArriving: boolean) {
  const [own, other] = isHeldArriving ? [held, counted] : [counted, held];
  return { period: own.period, export: formatExport(own), other: formatExport(other), evidence: reason };
}
