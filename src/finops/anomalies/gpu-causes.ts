import type { GpuDay } from '../gpu-usage/index.ts';
import { toDayNumber } from './day.ts';
import { buildChargeConditions, type Cause, findCauses, haveCommonDays } from './find-causes.ts';
import { type ChargeQueries, matchesConditions } from './gpu-charges.ts';
import type { Candidate } from './judge-series.ts';
import { JUDGED_DIMENSIONS } from './slice.ts';

/** A cause explains a drop of utilization if it has at least this share of the unused GPU-hours. */
const EXPLAINED_SHARE = 0.5;
const ORDER: readonly string[] = JUDGED_DIMENSIONS;

/**
 * Causes of GPU anomalies. Idle cost is narrowed to the most specific owner or GPU, like the cost of bills. A change of
 * utilization joins the cause of the matching idle time; without one it is a separate cause, from fine to coarse.
 */
export async function findGpuCauses(
  idle: ChargeQueries,
  days: readonly GpuDay[],
  candidates: readonly Candidate[],
): Promise<Cause[]> {
  const ofMoney = candidates.filter(({ series }) => series.measure === 'gpu_idle_cost');
  const causes = await findCauses(idle.cells, ofMoney, 'gpu_idle_cost');
  const used = candidates.filter(({ series }) => series.measure === 'gpu_utilization').toSorted(compareByFineness);
  for (const candidate of used) {
    const near = causes.filter((cause) => cause.direction === candidate.direction && haveCommonDays(cause, candidate));
    const all = sumLostHours(days, candidate, () => true);
    const shares = near.map((cause) => ({
      cause,
      hours: sumLostHours(days, candidate, (one) => isInCause(one, cause)),
    }));
    const together = sumLostHours(days, candidate, (one) => near.some((cause) => isInCause(one, cause)));
    const [most] = shares.toSorted((a, b) => b.hours - a.hours);
    if (most !== undefined && all > 0 && together >= EXPLAINED_SHARE * all) most.cause.candidates.push(candidate);
    else
      causes.push({
        slice: candidate.series.slice,
        except: [],
        direction: candidate.direction,
        candidates: [candidate],
      });
  }
  return causes;
}

function compareByFineness(a: Candidate, b: Candidate): number {
  const rank = ({ series: { slice } }: Candidate) => ORDER.indexOf(slice[0]?.dimension ?? '');
  return rank(b) - rank(a) || a.firstDay - b.firstDay;
}

function isInCause(one: GpuDay, cause: Cause): boolean {
  return matchesConditions(one, buildChargeConditions(cause));
}

/** GPU-hours on the days of a candidate that would have been used as expected, and were not; in the direction of it. */
function sumLostHours(days: readonly GpuDay[], candidate: Candidate, isMeant: (one: GpuDay) => boolean): number {
  const { series, direction, firstDay, lastDay } = candidate;
  const expected = new Map(candidate.days.map((one) => [one.day, one.expected]));
  let hours = 0;
  for (const one of days) {
    const day = toDayNumber(one.day);
    const usual = expected.get(day) ?? null;
    if (day < firstDay || day > lastDay || usual === null || !matchesConditions(one, series.slice) || !isMeant(one))
      continue;
    hours += direction * (usual * one.paidHours - one.usedHours);
  }
  return hours;
}
