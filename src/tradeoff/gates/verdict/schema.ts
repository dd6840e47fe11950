import { z } from 'zod';

export const Verdict = z
  .enum(['promote', 'hold', 'reject'])
  .describe('promote: every check passes. hold: a check is inconclusive and none fails. reject: a check fails');
export type Verdict = z.infer<typeof Verdict>;
