import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { Money, UtcInstant } from '../../platform/units/schema.ts';
import { DecisionId } from '../decisions/schema.ts';
import { OptimizationSpec } from './spec/schema.ts';
import { OptimizationState } from './state/schema.ts';

export { OptimizationSpec } from './spec/schema.ts';
export { OptimizationState } from './state/schema.ts';

const finite = (description: string) => z.number().nullable().describe(description);

export const OptimizationCheck = z
  .strictObject({
    kind: z.enum(['quality', 'guardrail', 'saving']).describe('Type of the condition'),
    name: z.string().describe('Metric or budget'),
    limit: z.string().describe('Largest accepted loss, as text'),
    verdict: z
      .enum(['passes', 'fails', 'inconclusive'])
      .describe('passes: proven to be within the limit; fails: shown to be beyond it'),
    n: z.number().int().describe('Clusters, requests or minutes of the smaller arm'),
    estimate: finite('Difference candidate - baseline, larger is better, in the unit of the metric; null: unknown'),
    lower: finite('Lower end of its interval over all looks; null: unknown'),
    upper: finite('Upper end of its interval over all looks; null: unknown'),
    test: z.string().nullable().describe('Statistical test; null: none yet'),
    samplesNeeded: z
      .number()
      .nullable()
      .describe('Further samples at the present estimate; null: none would decide, or unknown'),
    reason: z.string().nullable().describe('Reason why there is no result; null where there is one'),
  })
  .describe('A condition of an optimization');
export type OptimizationCheck = z.infer<typeof OptimizationCheck>;

/** Checks of requests, by name: in a sentence, and the unit of their differences, which are shares of requests and better when larger. */
export const REQUEST_CHECKS: Readonly<Record<string, { readonly name: string; readonly points: string }>> = {
  errorRate: { name: 'error rate', points: 'points of successful requests' },
  latencyP95: { name: 'p95 latency', points: 'points of answers in time' },
};

/** Name of a check in a sentence; quality metrics and budgets keep theirs. */
export function nameCheck({ name }: Pick<OptimizationCheck, 'name'>): string {
  return REQUEST_CHECKS[name]?.name ?? name;
}

const Arm = z.strictObject({
  variant: z.string().describe('Variant of the endpoint'),
  model: z.string().nullable().describe('Registered model; null for a cascade or router'),
  version: z.string().nullable().describe('Version; null for a cascade or router'),
  models: z.array(z.string()).describe('Models that answer: one, or those of the stages of a cascade or router'),
});

export const OptimizationSaving = z
  .strictObject({
    basis: z
      .enum(['expected', 'metered', 'reconciled'])
      .describe('Origin: expected before it runs; metered usage times price; the bill'),
    period: z
      .strictObject({ start: UtcInstant, end: UtcInstant })
      .nullable()
      .describe('Hours that it covers; null for an expectation'),
    hours: z.number().int().describe('Hours with a figure'),
    saved: Money.nullable().describe('Saving in the period; null: unknown'),
    lower: Money.nullable().describe('Lower end of its 95 % interval; null: unknown'),
    upper: Money.nullable().describe('Upper end of its 95 % interval; null: unknown'),
    monthly: Money.nullable().describe('The same for a month of 730 hours; null: unknown'),
    paid: Money.nullable().describe('Cost of both arms in the period; null: unknown'),
    reason: z.string().nullable().describe('Reason for an unknown saving, or the hours that it leaves out; null: none'),
  })
  .describe('Saving of an optimization');
export type OptimizationSaving = z.infer<typeof OptimizationSaving>;

export const ExpectedSaving = z
  .strictObject({
    monthly: Money.nullable().describe(
      'Cost of the baseline less that of the candidate for a month of 730 hours at the recorded requests; null: unknown',
    ),
    lower: Money.nullable().describe('Lower end of the interval of monthly; null: unknown'),
    upper: Money.nullable().describe('Upper end of the interval of monthly; null: unknown'),
    requestsPerHour: z
      .number()
      .nullable()
      .describe('Mean requests of both arms in the recorded hours of the last 7 days; null: none'),
    reason: z.string().nullable().describe('Reason for an unknown saving; null: it is known'),
  })
  .describe('Saving that was expected when the change was proposed');
export type ExpectedSaving = z.infer<typeof ExpectedSaving>;

const Entry = z
  .strictObject({
    at: UtcInstant,
    what: z
      .enum(['proposed', 'started', 'advanced', 'kept', 'rolled_back', 'undone', 'stopped', 'resumed', 'closed'])
      .describe('Step'),
    text: z.string().describe('The step in one sentence'),
    by: z.string().describe('Account or program'),
    decision: DecisionId.nullable().describe('Recorded decision; null: none'),
  })
  .describe('A step of an optimization');

export const Optimization = z
  .strictObject({
    optimization: Name.describe('Name'),
    state: OptimizationState,
    endpoint: z.string().describe('Endpoint'),
    summary: z.string().describe('The change in one sentence'),
    reason: z.string().nullable().describe('Reason for the present state; null: none'),
    baseline: Arm.nullable().describe('Baseline; null before the start'),
    candidate: Arm.nullable().describe('Candidate; null before the start'),
    percent: z.number().describe('Percent of the traffic that the candidate has'),
    step: z.number().int().describe('Step of the ramp, from 0'),
    proposedAt: UtcInstant,
    startedAt: UtcInstant.nullable().describe('Start; null: not started'),
    stepAt: UtcInstant.nullable().describe('Start of the present step; null: not started'),
    keptAt: UtcInstant.nullable().describe('Time at which it was kept; null: not kept'),
    endedAt: UtcInstant.nullable().describe('End; null: not ended'),
    deadlineAt: UtcInstant.nullable().describe('Time until which it must be proven; null: not started, or decided'),
    judgedAt: UtcInstant.nullable().describe('Last look; null: none'),
    checks: z.array(OptimizationCheck).describe('Conditions at the last look'),
    watch: z
      .strictObject({
        observations: z.number().int().describe('Observations since it was kept'),
        cohortsUntil: UtcInstant.describe('End of the last tested cohort'),
        evidence: z
          .array(
            z.strictObject({ metric: z.string().describe('Quality metric'), value: z.number().describe('Evidence') }),
          )
          .describe('Evidence of a loss by metric; the alarm is raised at averageRunLength'),
        waitsFor: z.string().nullable().describe('Reason why a cohort is not tested; null: none'),
      })
      .nullable()
      .describe('The watch; null: not kept'),
    saving: OptimizationSaving,
    expected: ExpectedSaving.nullable()
      .default(null)
      .describe('Saving that was expected at the proposal; null: proposed before expectations were recorded'),
    waitsFor: z.string().nullable().describe('Condition that it waits for; null: none'),
  })
  .describe('An optimization');
export type Optimization = z.infer<typeof Optimization>;

export const OptimizationDetail = z
  .strictObject({
    ...Optimization.shape,
    spec: OptimizationSpec,
    timeline: z.array(Entry).describe('Steps, oldest first'),
  })
  .describe('An optimization with its document and its steps');
export type OptimizationDetail = z.infer<typeof OptimizationDetail>;

export const listOptimizations = endpoint({
  method: 'GET',
  path: '/api/v1/optimizations',
  scope: 'tradeoff.read',
  reads: ['money', 'team'],
  summary: 'List optimizations, newest first',
  query: z.strictObject({
    endpoint: z.string().max(250).optional().describe('Only of this endpoint'),
    state: OptimizationState.optional(),
  }),
  response: z.strictObject({
    optimizations: z.array(Optimization).describe('Optimizations, newest first, at most 500'),
  }),
  errors: [],
});

const params = z.strictObject({ optimization: Name.describe('Name') });

export const getOptimization = endpoint({
  method: 'GET',
  path: '/api/v1/optimizations/:optimization',
  scope: 'tradeoff.read',
  reads: ['money', 'object'],
  summary: 'Get one optimization',
  params,
  response: OptimizationDetail,
  errors: ['optimization_not_found'],
});

export const proposeOptimization = endpoint({
  method: 'POST',
  path: '/api/v1/optimizations',
  scope: 'tradeoff.write',
  reads: 'team',
  summary: 'Propose a change; it starts when no other optimization has its endpoint',
  body: z.strictObject({ optimization: Name.describe('Name'), spec: OptimizationSpec }),
  response: OptimizationDetail,
  errors: [
    'optimization_exists',
    'optimization_no_change',
    'optimization_costs_more',
    'optimization_invalid',
    'endpoint_not_found',
    'manifest_reference_unknown',
  ],
});

const Acted = z.strictObject({ reason: z.string().max(2000).optional().describe('Reason, as text for people') });

export const stopOptimization = endpoint({
  method: 'POST',
  path: '/api/v1/optimizations/:optimization/stop',
  scope: 'tradeoff.write',
  reads: 'object',
  summary:
    'Stop an optimization: before it is kept, all traffic returns to the baseline; after that, the change stays and the watch ends',
  params,
  body: z.strictObject({
    ...Acted.shape,
    undo: z.boolean().default(false).describe('True: also undoes a change that was kept'),
  }),
  response: OptimizationDetail,
  errors: ['optimization_not_found', 'optimization_ended'],
});

export const resumeOptimization = endpoint({
  method: 'POST',
  path: '/api/v1/optimizations/:optimization/resume',
  scope: 'tradeoff.write',
  reads: 'object',
  summary: 'Start a stopped, rolled back or undone optimization again from its first step, with new evidence',
  params,
  body: Acted,
  response: OptimizationDetail,
  errors: ['optimization_not_found', 'optimization_not_ended'],
});
