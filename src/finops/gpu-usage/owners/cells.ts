import type { LakeRow } from '../../../platform/lake/index.ts';
import { type Bucket, bucketNames } from './schema.ts';

/** Time of one GPU in one step, of one set of holders, at one rate: microseconds by bucket. */
export interface Cell {
  readonly gpu: string;
  /** First day of the step, as days since 1970; 0 without steps. */
  readonly step: number;
  readonly held: number;
  readonly rate: number;
  readonly us: Readonly<Record<Bucket, bigint>>;
}

const toBigint = (value: unknown) => BigInt(String(value));

/**
 * Buckets that add up to the time exactly: used time is rounded to the microsecond, and under-used time is the rest.
 * Example: 3,600,000 ms busy at 0.25 -> used 900,000,000 us, under-used 2,700,000,000 us.
 */
export function rowToCell(row: LakeRow): Cell {
  const busy = toBigint(row.busyMs) * 1000n;
  const measured = BigInt(Math.round(Number(row.usedMs) * 1000));
  const used = measured < 0n ? 0n : measured > busy ? busy : measured;
  const [idle, held, free] = [toBigint(row.idleMs), toBigint(row.heldMs), toBigint(row.freeMs)];
  return {
    gpu: String(row.gpu),
    step: Number(row.step),
    held: Number(row.held),
    rate: Number(row.rate),
    us: {
      used,
      underUsed: busy - used,
      idleHeld: held * 1000n,
      idleFree: free * 1000n,
      idleUnknown: (idle - held - free) * 1000n,
      unallocated: toBigint(row.unallocatedMs) * 1000n,
    },
  };
}

/**
 * Splits the time of concurrent holders into equal shares; the remainder goes to the first ones, a microsecond each.
 * Example: 10 us of 3 holders -> 4, 3, 3.
 */
export function splitTime(us: Cell['us'], index: number, count: number): Cell['us'] {
  if (count === 1) return us;
  const parts = bucketNames.map((name) => {
    const [whole, rest] = [us[name] / BigInt(count), us[name] % BigInt(count)];
    return [name, whole + (BigInt(index) < rest ? 1n : 0n)] as const;
  });
  return Object.fromEntries(parts) as Record<Bucket, bigint>;
}
