import type { LakeRow } from '../../../platform/lake/index.ts';
import { decimal } from '../../../platform/units/index.ts';
import { computeCost, sumOfCosts, toHours } from './costs.ts';
import type { Rate, Rates } from './rates.ts';
import type { GpuPool } from './schema.ts';

/** The price of the GPUs of a pool for an import, or the reason why there is none. Counts are summed up by stretches. */
export function findPoolRate(id: string, { rates, reasons }: Rates): { rate: Rate | null; reason: string | null } {
  const known = rates.filter((rate) => rate.import === id);
  const [only] = known;
  const reason = reasons.get(id) ?? null;
  if (only !== undefined && known.length === 1 && reason === null) return { rate: only, reason: null };
  // With several prices, the price of each hour is unknown.
  return { rate: null, reason: reason ?? 'the price of its GPUs changes with time, and a pool has one price only' };
}

/** Pools from their times by import, each with the price of its import. */
export function buildPools(rows: readonly LakeRow[], rates: Rates): GpuPool[] {
  const pools = Map.groupBy(rows, (row) => String(row.pool));
  return [...pools].map(([pool, parts]) => {
    const [total, unallocated] = [sumPoolTimes(parts, 'total'), sumPoolTimes(parts, 'unallocated')];
    const costs = (field: 'total' | 'unallocated') =>
      sumOfCosts(
        parts.map((part) => {
          const { rate, reason } = findPoolRate(String(part.import), rates);
          const ms = decimal(Number(part[field]));
          return computeCost(ms, rate === null ? [] : [{ rate, ms }], reason);
        }),
      );
    return {
      pool,
      gpuHours: toHours(decimal(total)),
      unallocatedGpuHours: toHours(decimal(unallocated)),
      unallocatedShare: total === 0 ? null : unallocated / total,
      cost: costs('total'),
      unallocatedCost: costs('unallocated'),
    };
  });
}

function sumPoolTimes(rows: readonly LakeRow[], field: 'total' | 'unallocated'): number {
  return rows.reduce((sum, row) => sum + Number(row[field]), 0);
}
