import { z } from 'zod';
import type { AnomalySelection } from '../../../src/finops/anomalies/schema.ts';
import { measures, verdicts } from '../../../src/finops/anomalies/selection/schema.ts';
import type { Scope } from '../frame/use-scope.ts';

/** URL parameters of the anomalies page, in addition to month and team. */
export const AnomaliesSearch = z.object({
  state: z.enum(['open', 'ended', 'restated', 'withdrawn', 'merged']).optional().catch(undefined),
  direction: z.enum(['over', 'under']).optional().catch(undefined),
  measure: z.enum(measures).optional().catch(undefined),
  feedback: z
    .enum(['none', ...verdicts])
    .optional()
    .catch(undefined),
  /** Name of an account or team; `none`: without an owner. */
  owner: z.string().min(1).max(250).optional().catch(undefined),
  /** Least impact of a listed anomaly, in its currency; none: those that count. */
  impact: z.enum(['100', '1000', '10000', 'all']).optional().catch(undefined),
});
export type AnomaliesSearch = z.infer<typeof AnomaliesSearch>;

/**
 * Query of the anomalies page and of its line in the overview. The overview has no filters, so both show the same
 * result. The least impact hides rows of the page; it changes no total.
 */
export function anomaliesQuery(
  { month, team }: Pick<Scope, 'month' | 'team'>,
  { impact: _, ...search }: AnomaliesSearch = {},
): AnomalySelection {
  const chosen = Object.entries(search).filter(([, value]) => value !== undefined);
  return {
    ...(month === undefined ? {} : { period: month }),
    ...(team === undefined ? {} : { team }),
    ...Object.fromEntries(chosen),
  };
}

/** URL parameters of the page of one anomaly. */
export const AnomalySearch = z.object({
  /** `table` shows the steps of the change as figures. */
  change: z.enum(['table']).optional().catch(undefined),
  tab: z.enum(['charges', 'related', 'feedback']).optional().catch(undefined),
});
