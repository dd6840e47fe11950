import type { LakeRow } from '../../../platform/lake/index.ts';
import { decimal } from '../../../platform/units/index.ts';
import { costOf, hoursOf, sumOfCosts } from './costs.ts';
import type { Rate, Rates } from './rates.ts';
import type { GpuPool } from './schema.ts';

/** Pools from their times by import, each with the price of its import. */
export function poolsOf(rows: readonly LakeRow[], { rates, reasons }: Rates): GpuPool[] {
  const byImport = new Map<string, Rate[]>();
  for (const rate of rates) byImport.set(rate.import, [...(byImport.get(rate.import) ?? []), rate]);
  const pools = Map.groupBy(rows, (row) => String(row.pool));
  return [...pools].map(([pool, parts]) => {
    const [total, unallocated] = [sumOf(parts, 'total'), sumOf(parts, 'unallocated')];
    const costs = (field: 'total' | 'unallocated') =>
      sumOfCosts(
        parts.map((part) => {
          const id = String(part.import);
          const known = byImport.get(id) ?? [];
          // Which of several holds at which of its hours is not known: counts are summed up by stretches.
          const one = known.length === 1 && reasons.get(id) === null ? known : [];
          const reason = reasons.get(id) ?? 'the price of its GPUs changes with time, and a pool has one price only';
          const ms = decimal(Number(part[field]));
          return costOf(
            ms,
            one.map((rate) => ({ rate, ms })),
            reason,
          );
        }),
      );
    return {
      pool,
      gpuHours: hoursOf(decimal(total)),
      unallocatedGpuHours: hoursOf(decimal(unallocated)),
      unallocatedShare: total === 0 ? null : unallocated / total,
      cost: costs('total'),
      unallocatedCost: costs('unallocated'),
    };
  });
}

function sumOf(rows: readonly LakeRow[], field: 'total' | 'unallocated'): number {
  return rows.reduce((sum, row) => sum + Number(row[field]), 0);
}
