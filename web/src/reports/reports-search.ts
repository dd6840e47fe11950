import { z } from 'zod';
import { Audience, IsoWeek, ReportSchedule } from '../../../src/tradeoff/reports/asked/schema.ts';

/** URL parameters of the reports page. */
export const ReportsSearch = z.object({
  audience: Audience.optional().catch(undefined),
  schedule: ReportSchedule.optional().catch(undefined),
  /** Another week than the last complete one. */
  week: IsoWeek.optional().catch(undefined),
  /** A report that was sent, in the place of the preview. */
  report: z.string().min(1).max(64).optional().catch(undefined),
});
export type ReportsSearch = z.infer<typeof ReportsSearch>;
