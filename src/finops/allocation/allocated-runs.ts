import { quoteLiteral } from '../../platform/lake/index.ts';
import { type ReportDeps, toExact } from './coverage.ts';
import { allocatedDaily } from './tables.ts';

export interface AllocatedRun {
  readonly run: string;
  readonly currency: string;
  /** EffectiveCost that rules assign to the run, idle parts included. */
  readonly allocated: string;
}

/** Cost that allocation rules assign to runs in one billing period; empty where no rule assigns cost to runs. */
export async function readAllocatedRuns({ store, lake }: ReportDeps, period: string): Promise<AllocatedRun[]> {
  const rows = await lake.queryKept(`SELECT run, BillingCurrency AS currency, sum(EffectiveCost)::VARCHAR AS allocated
    FROM ${await lake.relation(store, allocatedDaily)} WHERE period = ${quoteLiteral(period)} AND run IS NOT NULL
    GROUP BY ALL HAVING sum(EffectiveCost) IS NOT NULL ORDER BY run, currency`);
  return rows.map((row) => ({
    run: String(row.run),
    currency: String(row.currency),
    allocated: toExact(row.allocated),
  }));
}
