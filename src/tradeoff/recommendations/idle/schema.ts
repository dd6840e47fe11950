import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { NotifyTarget } from '../../../platform/notices/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Minutes are kept for eight days. */
const Window = Duration.pipe(
  z
    .number()
    .min(5 * MINUTE_MS, '5m at least')
    .max(7 * DAY_MS, '7d at most'),
).transform((ms) => Math.ceil(ms / MINUTE_MS) * MINUTE_MS);

/** What of it is idle, and what becomes of it. */
export const IdlePolicySpec = z
  .strictObject({
    what: z
      .enum(['endpoints', 'runs'])
      .describe(
        'endpoints: without requests they go to zero; runs: those of pipelines whose GPUs do nothing are stopped',
      ),
    subject: Subject.prefault({}).describe('Only what is about this; default: all'),
    window: Window.prefault('30m').describe('How long it has to be idle, all of it measured; in whole minutes'),
    threshold: z
      .number()
      .gt(0)
      .max(1)
      .default(0.01)
      .describe(
        'runs: utilization of a GPU below which it does nothing, 0 to 1; an endpoint is idle without any request',
      ),
    grace: Duration.pipe(z.number().max(7 * DAY_MS, '7d at most'))
      .prefault('300s')
      .describe('Time from the notice to what is done'),
    notify: z.array(NotifyTarget).max(10).default([]).describe('Who is told before something is done'),
    dryRun: z.boolean().default(true).describe('true: it says what it would do, and does nothing'),
  })
  .describe('When something idle is given up by itself');
export type IdlePolicySpec = z.infer<typeof IdlePolicySpec>;
