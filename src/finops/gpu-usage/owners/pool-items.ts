import type { LakeRow } from '../../../platform/lake/index.ts';
import { findPoolRate } from '../idle/pools.ts';
import type { Rates } from '../idle/rates.ts';
import type { Item } from './items.ts';
import { computeTimeMoney, ONE, parseFraction } from './money.ts';
import type { Owner } from './owner.ts';

const EMPTY_TIMES = { used: 0n, underUsed: 0n, idleHeld: 0n, idleFree: 0n, idleUnknown: 0n, unallocated: 0n };

/**
 * Free GPU time of pools, by step. The counts of a pool have no single GPUs, but the owner of the pool may be known. The
 * cost of a pool and an import is rounded once, and its steps add up to it. `rows`: `freePoolTimes`.
 */
export function buildItemsOfPools(rows: readonly LakeRow[], rates: Rates, owners: ReadonlyMap<string, Owner>): Item[] {
  const together = Map.groupBy(rows, (row) => `${row.pool} ${row.import}`);
  return [...together.values()].flatMap((own) => {
    const { rate, reason } = findPoolRate(String(own[0]?.import), rates);
    const parts = own.map((row) => BigInt(Math.round(Number(row.ms) * 1000)));
    const price = rate === null ? null : parseFraction(rate.price.amount);
    const money = price === null ? null : computeTimeMoney(parts.map((us) => ({ us, price })));
    return own.map((row, index): Item => {
      const amount = money?.[index];
      return {
        gpu: null,
        step: Number(row.step),
        owner: owners.get(String(row.pool)) ?? FREE_OWNER,
        isFree: true,
        us: { ...EMPTY_TIMES, unallocated: parts[index] ?? 0n },
        scale: ONE,
        units: amount === undefined ? null : { ...EMPTY_TIMES, unallocated: amount },
        currency: rate?.price.currency ?? null,
        reason,
        priceSource: rate?.source ?? null,
      };
    });
  });
}

const FREE_OWNER: Owner = { subject: null, reason: null, host: null, gpuModel: null };
