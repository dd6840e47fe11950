import type { LakeRow } from '../../../platform/lake/index.ts';
import { poolRate } from '../idle/pools.ts';
import type { Rates } from '../idle/rates.ts';
import type { Item } from './items.ts';
import { fraction, moneyOf, ONE } from './money.ts';
import type { Owner } from './owner.ts';

const NOTHING = { used: 0n, underUsed: 0n, idleHeld: 0n, idleFree: 0n, idleUnknown: 0n, unallocated: 0n };

/**
 * Free GPU time of pools, by step. The counts of a pool have no single GPUs, but the owner of the pool may be known. The
 * cost of a pool and an import is rounded once, and its steps add up to it. `rows`: `freePoolTimes`.
 */
export function itemsOfPools(rows: readonly LakeRow[], rates: Rates, owners: ReadonlyMap<string, Owner>): Item[] {
  const together = Map.groupBy(rows, (row) => `${row.pool} ${row.import}`);
  return [...together.values()].flatMap((own) => {
    const { rate, reason } = poolRate(String(own[0]?.import), rates);
    const parts = own.map((row) => BigInt(Math.round(Number(row.ms) * 1000)));
    const price = rate === null ? null : fraction(rate.price.amount);
    const money = price === null ? null : moneyOf(parts.map((us) => ({ us, price })));
    return own.map((row, index): Item => {
      const amount = money?.[index];
      return {
        gpu: null,
        step: Number(row.step),
        owner: owners.get(String(row.pool)) ?? NOBODY,
        isFree: true,
        us: { ...NOTHING, unallocated: parts[index] ?? 0n },
        scale: ONE,
        units: amount === undefined ? null : { ...NOTHING, unallocated: amount },
        currency: rate?.price.currency ?? null,
        reason,
        priceSource: rate?.source ?? null,
      };
    });
  });
}

const NOBODY: Owner = { subject: null, reason: null, host: null, gpuModel: null };
