import { z } from 'zod';

export const OptimizationState = z
  .enum(['proposed', 'running', 'watched', 'closed', 'rolled_back', 'undone', 'stopped'])
  .describe(
    '`proposed`: waits for its turn; `running`: the candidate has a share of the traffic; `watched`: kept, with a hold-out on the baseline; `closed`: kept, the watch is over; `rolled_back`: harm was shown, or nothing was proven until the deadline; `undone`: kept, and later undone; `stopped`: ended by a person, or because its endpoint was changed',
  );
export type OptimizationState = z.infer<typeof OptimizationState>;
