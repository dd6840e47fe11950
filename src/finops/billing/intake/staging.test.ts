import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Lake, openLake } from '../../../platform/lake/index.ts';
import { stageBillFile } from './staging.ts';

const HEADER =
  'BilledCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ServiceName';
const months = ['2026-09', '2026-10', '2026-11'];
const rows = months.map((month, at) => {
  const next = months[at + 1] ?? '2026-12';
  return `1,USD,${month}-01T00:00:00Z,${next}-01T00:00:00Z,${month}-02T00:00:00Z,${month}-03T00:00:00Z,Compute`;
});

/** The same lake with a full disk at the n-th stage. */
function fullAt(lake: Lake, failing: number): Lake {
  let stages = 0;
  const session: Lake['session'] = (work) =>
    lake.session((real) =>
      work({
        ...real,
        stage: (...call) => {
          stages += 1;
          return stages === failing ? Promise.reject(new Error('the disk is full')) : real.stage(...call);
        },
      }),
    );
  return {
    session,
    stagedRelation: (...call: Parameters<Lake['stagedRelation']>) => lake.stagedRelation(...call),
    discard: (files: Parameters<Lake['discard']>[0]) => lake.discard(files),
  } as Lake;
}

// Stages the whole file first, then each of its periods.
it.each([1, 2, 3, 4])(
  'a file of three periods that cannot be staged to its end (stage %i) leaves no file behind',
  async (failing) => {
    const root = mkdtempSync(join(tmpdir(), 'steelyard-staging-'));
    const path = join(root, 'bill.csv');
    writeFileSync(path, `${[HEADER, ...rows].join('\n')}\n`);
    await using lake = await openLake({ root: join(root, 'lake'), readable: [root], memory: '512MB', threads: 1 });
    const origin = { delivery: 'd_1', source: 'aws', file: 'bill.csv' };
    const unit = { source: 'aws', exportName: 'x', dataset: 'CostAndUsage' as const, scope: 'y' };
    const input = {
      path,
      name: 'bill.csv',
      origin,
      unit,
      dataset: null,
      period: null,
      declared: { dates: null, numbers: null },
    };
    await expect(stageBillFile(fullAt(lake, failing), input)).rejects.toThrow('the disk is full');
    const left = readdirSync(join(root, 'lake'), { recursive: true }).filter((name) =>
      String(name).endsWith('.parquet'),
    );
    expect(left).toEqual([]);
  },
);
