import { z } from 'zod';
import { Name } from '../../../../org/schema.ts';
import { Duration } from '../../../../platform/units/quantities/schema.ts';

const Query = z.string().trim().min(1).max(4_000);

/** Placeholders of a query that differ between the sides. */
const SIDE_PLACEHOLDER = /\$(version|revision)\b/;

/**
 * A check of any Prometheus metric. Both sides are read at the same instants, so that a change of the load or of the time of day is in
 * both values of a pair.
 */
export const PrometheusCheck = z
  .strictObject({
    metric: z.literal('prometheus').describe('The result of PromQL queries, one for each side'),
    name: z
      .string()
      .regex(/^\w[\w .-]{0,99}$/, 'letters, digits, spaces and . _ -')
      .describe('Name of the check'),
    source: Name.describe('A GpuSource of type prometheus: its address and token are used'),
    query: Query.optional().describe(
      'PromQL that results in one series for each side. $version: the versions of the side, joined by |; $revision: its revision; $endpoint: the endpoint',
    ),
    live: Query.optional().describe('Instead of query: PromQL of the live revision, with the same placeholders'),
    canary: Query.optional().describe('Instead of query: PromQL of the new revision, with the same placeholders'),
    better: z.enum(['lower', 'higher']).describe('Whether a lower or a higher value is better'),
    margin: z
      .number()
      .min(0)
      .max(1e15)
      .optional()
      .describe('Largest accepted loss as a difference of the means, in the unit of the query'),
    ratio: z
      .number()
      .gt(0)
      .max(100)
      .optional()
      .describe(
        'Instead of margin: worst accepted ratio of the means, new to live revision; above 1 where lower is better, below 1 where higher is better',
      ),
    every: Duration.pipe(z.number().min(5_000, '5 seconds at least').max(3_600_000, 'an hour at most'))
      .prefault('1m')
      .describe('Time between samples: at least the scrape interval, and the range of rates in the query'),
  })
  .refine(
    ({ query, live, canary }) =>
      query === undefined ? live !== undefined && canary !== undefined : live === undefined && canary === undefined,
    'set either query, or both live and canary',
  )
  .refine(({ query }) => query === undefined || SIDE_PLACEHOLDER.test(query), {
    error: 'a query for both sides needs $version or $revision',
    path: ['query'],
  })
  .refine(({ live, canary }) => live === undefined || live !== canary || SIDE_PLACEHOLDER.test(live), {
    error: 'live and canary are the same query',
    path: ['canary'],
  })
  .refine(({ margin, ratio }) => (margin === undefined) !== (ratio === undefined), 'set either a margin or a ratio')
  .refine(({ better, ratio }) => ratio === undefined || (better === 'lower' ? ratio > 1 : ratio < 1), {
    error: 'a ratio above 1 where lower is better, below 1 where higher is better',
    path: ['ratio'],
  })
  .describe('A Prometheus metric');
export type PrometheusCheck = z.infer<typeof PrometheusCheck>;
