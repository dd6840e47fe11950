import { z } from 'zod';
import { measures, verdicts } from '../../../src/finops/anomalies/ledger/schema.ts';

/** What the address of the anomalies page says, beside month and team. */
export const AnomaliesSearch = z.object({
  state: z.enum(['open', 'ended', 'restated', 'withdrawn']).optional().catch(undefined),
  direction: z.enum(['over', 'under']).optional().catch(undefined),
  measure: z.enum(measures).optional().catch(undefined),
  feedback: z
    .enum(['none', ...verdicts])
    .optional()
    .catch(undefined),
});
export type AnomaliesSearch = z.infer<typeof AnomaliesSearch>;

/** What the address of one anomaly says. */
export const AnomalySearch = z.object({
  /** `table` shows the steps of the change as figures. */
  change: z.enum(['table']).optional().catch(undefined),
});
