import { AppError } from '../../../platform/errors/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { WorkloadUsage } from './schema.ts';
import { putWorkload } from './store.ts';

/** A usage that ends later than this after our clock indicates a wrong clock or time zone at the sender. */
const CLOCK_SKEW_MS = 24 * 3_600_000;

/** Records usages in the caller's transaction. Errors: `usage_interval_invalid`. */
export async function recordWorkloads(clock: Clock, sql: Sql, usages: readonly WorkloadUsage[]): Promise<number> {
  const now = clock.now();
  const at = new Date(now).toISOString();
  for (const usage of usages) {
    if (Date.parse(usage.period.end) > now + CLOCK_SKEW_MS) {
      const detail = `Usage "${usage.usage}" ends at ${usage.period.end}, in the future. Send it when it has ended.`;
      throw new AppError('usage_interval_invalid', detail, { usage: usage.usage });
    }
    await putWorkload(sql, usage, at);
  }
  return usages.length;
}
