import { z } from 'zod';
import type { AnomalySelection } from '../../../src/finops/anomalies/schema.ts';
import { measures, verdicts } from '../../../src/finops/anomalies/selection/schema.ts';
import { type DateRange, findWholeMonth } from '../frame/date-range.ts';

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

/** The anomalies in view: those of a range, of all days without one, and of a team. */
export interface AnomalyScope {
  readonly range: DateRange | undefined;
  readonly team: string | undefined;
}

/** Query of the anomalies page. The least impact hides rows of the page; it changes no total. */
export function anomaliesQuery(
  { range, team }: AnomalyScope,
  { state, direction, measure, feedback, owner }: AnomaliesSearch = {},
): AnomalySelection {
  // The search of the page has the parameters of the frame as well, which the endpoint does not take.
  const chosen = Object.entries({ state, direction, measure, feedback, owner }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    ...toPeriod(range),
    ...(team === undefined ? {} : { team }),
    ...Object.fromEntries(chosen),
  };
}

function toPeriod(range: DateRange | undefined): Pick<AnomalySelection, 'period' | 'from' | 'to'> {
  if (range === undefined) return {};
  const month = findWholeMonth(range);
  return month === undefined ? { from: range.from, to: range.to } : { period: month };
}

/** URL parameters of the page of one anomaly. */
export const AnomalySearch = z.object({
  /** `table` shows the steps of the change as figures. */
  change: z.enum(['table']).optional().catch(undefined),
  tab: z.enum(['charges', 'related', 'feedback']).optional().catch(undefined),
});
