import { z } from 'zod';
import { Subject } from '../../org/schema.ts';
import { Assignment, defineHandlingEndpoints, Work } from '../../platform/acknowledgements/schema.ts';
import { endpoint, PartialAnswer } from '../../platform/contract/schema.ts';
import { Money, Period, UtcInstant } from '../../platform/units/schema.ts';
import { DecisionId } from '../decisions/schema.ts';
import { RecommendedAction } from './action/schema.ts';
import { RecommendationKind } from './kind/schema.ts';
import { MissedByDay } from './missed/schema.ts';
import { MeasuredBy } from './realised/schema.ts';
import { Commitment, Effect, HeldItem, Saving } from './savings/schema.ts';
import { RecommendedOptimization } from './trial/schema.ts';

export type { RecommendedAction } from './action/schema.ts';
export type { RecommendationKind } from './kind/schema.ts';
export type { HeldItem, Saving } from './savings/schema.ts';

export const RecommendationId = z
  .string()
  .regex(/^rec_[0-9a-f]{20}$/, 'an id such as "rec_0123456789abcdef0123"')
  .describe('Id of a recommendation');

export const RecommendationState = z
  .enum(['open', 'approved', 'applied', 'dismissed', 'superseded', 'lapsed', 'undone'])
  .describe(
    '`open`: no decision yet; `approved`: a person has to carry it out; `applied`: carried out, and its saving is measured; `dismissed`: declined; `superseded`: replaced by another recommendation; `lapsed`: its resource has changed or ended; `undone`: reverted',
  );
export type RecommendationState = z.infer<typeof RecommendationState>;

const Confidence = z
  .strictObject({
    level: z
      .enum(['high', 'medium', 'low'])
      .describe('high: 14 days with 95 % measured; medium: 3 days; low: less. Of a commitment 90 and 28 days'),
    coverageRatio: z.number().describe('Measured share of the window, 0 to 1'),
    days: z.number().describe('Days of data'),
  })
  .describe('Confidence in the saving');

const Risk = z
  .strictObject({
    level: z.enum(['low', 'medium', 'high']).describe('Level of the risk'),
    text: z.string().describe('Possible harm'),
  })
  .describe('Risk');

const Act = z
  .strictObject({
    at: UtcInstant.describe('Time of the act'),
    by: z.string().describe('Account or policy that acted'),
    reason: z.string().nullable().describe('Reason; null: none was stated'),
    decision: DecisionId.nullable().describe('Recorded decision; null: none'),
  })
  .describe('Decision about the recommendation');

export const Realised = z
  .strictObject({
    at: UtcInstant.describe('Time of the last measurement'),
    period: Period.describe('Period since the change'),
    hours: z.number().describe('Measured hours of the period'),
    monthly: Money.nullable().describe('Cost before minus cost since, per month of 730 hours; null: not known yet'),
    lower: Money.nullable().describe('Lower end of the 95 % interval of the saving'),
    upper: Money.nullable().describe('Upper end of the 95 % interval of the saving'),
    stated: Money.nullable().describe('Saving that the recommendation stated'),
    isWithin: z
      .boolean()
      .nullable()
      .describe('True: the realised saving is within the stated interval; null: not known'),
    isFinal: z.boolean().describe('True after 30 days: the measurement is complete'),
    reason: z.string().nullable().describe('Reason for an unknown saving; null when it is known'),
  })
  .describe('Realised saving');
export type Realised = z.infer<typeof Realised>;

const Notice = z
  .strictObject({
    policy: z.string().describe('Idle policy'),
    noticedAt: UtcInstant.describe('Time of the notice'),
    actsAt: UtcInstant.describe('Time at which the policy acts, unless an account keeps the resource'),
    keptUntil: UtcInstant.nullable().describe('Time until which the resource is kept; null: it is not kept'),
    keptBy: z.string().nullable().describe('Account that keeps the resource; null: none'),
    isDryRun: z.boolean().describe('True: the policy only reports its action'),
  })
  .describe('A notice of an idle policy');

const TimelineEntry = z
  .strictObject({
    at: UtcInstant.describe('Time of the event'),
    step: z
      .enum([
        'found',
        'restated',
        'noticed',
        'kept',
        'withdrawn',
        'approved',
        'applied',
        'realised',
        'dismissed',
        'reopened',
        'undone',
        'superseded',
        'lapsed',
        'dry_run',
        'tried',
      ])
      .describe('Type of event'),
    by: z.string().nullable().describe('Account or policy that acted; null: this server'),
    text: z.string().describe('Description of the event'),
  })
  .describe('Event in the history of the recommendation');
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const RecommendationSummary = z
  .strictObject({
    recommendation: RecommendationId,
    kind: RecommendationKind,
    state: RecommendationState,
    title: z.string().describe('Recommended change, in one line'),
    what: z.string().describe('Resource that it changes'),
    subject: Subject,
    before: z.string().describe('Present state'),
    after: z.string().describe('State after the change'),
    saving: Saving.describe('Saving of this recommendation alone'),
    confidence: Confidence,
    risk: Risk,
    guard: z.string().describe('Condition that protects quality'),
    action: RecommendedAction,
    foundAt: UtcInstant.describe('Time of the first scan that found it'),
    seenAt: UtcInstant.describe('Time of the last scan that found it'),
    applied: Act.nullable().describe('Account and time of the change; null: not applied'),
    dismissed: z
      .strictObject({ ...Act.shape, until: UtcInstant.nullable().describe('End of the dismissal; null: permanent') })
      .nullable()
      .describe('Account and time of the dismissal; null: not dismissed'),
    realised: Realised.nullable().describe('Realised saving; null: not measured'),
    notice: Notice.nullable().describe('Notice of an idle policy; null: none'),
  })
  .describe('A recommendation');
export type RecommendationSummary = z.infer<typeof RecommendationSummary>;

export const Evidence = z
  .strictObject({
    window: Period.describe('Period of the data'),
    figures: z
      .array(
        z.strictObject({
          name: z.string().describe('Figure'),
          value: z.string().nullable().describe('Value with its unit; null: not known'),
        }),
      )
      .describe('Measured values'),
    prices: z.array(z.string()).describe('Prices that the saving depends on, each with its origin'),
    items: z.array(HeldItem).describe('Resources that it changes, with their cost by the hour'),
    effects: z.array(Effect).describe('Share of the cost of each item that remains'),
    commitments: z.array(Commitment).default([]).describe('Commitments to buy'),
    pins: z.array(z.string()).describe('Items that must stay unchanged for the plan'),
    missing: z.array(z.string()).describe('Unknown inputs, as sentences'),
    deliveries: z.array(z.string()).default([]).describe('Bill deliveries that its costs and prices come from'),
    replacement: z
      .array(
        z.strictObject({
          type: z.string().describe('Type of replica, such as an instance type'),
          replicas: z.number().int().describe('Number of replicas'),
        }),
      )
      .default([])
      .describe('Replicas on other hardware after the change; empty: the hardware stays'),
    measuredBy: MeasuredBy.nullable()
      .default(null)
      .describe('Source of the realised saving; null: the metered cost of its endpoint, or no source'),
  })
  .describe('Evidence: all inputs of the saving, so that it can be recomputed');
export type Evidence = z.infer<typeof Evidence>;

export const Recommendation = z
  .strictObject({
    ...RecommendationSummary.shape,
    key: z.string().describe('Identity: equal for the same change of the same resource'),
    evidence: Evidence,
    approved: Act.nullable().describe('Account and time of the approval; null: not approved'),
    undone: Act.nullable().describe('Account and time of the undo; null: not undone'),
    supersededBy: RecommendationId.nullable().describe('Recommendation that replaces it; null: none'),
    timeline: z.array(TimelineEntry).describe('Events, oldest first'),
  })
  .describe('A recommendation with its evidence');
export type Recommendation = z.infer<typeof Recommendation>;

export const RecommendationDetail = z
  .strictObject({ ...Recommendation.shape, optimization: RecommendedOptimization })
  .describe('A recommendation with its evidence and its optimization');
export type RecommendationDetail = z.infer<typeof RecommendationDetail>;

const Total = z
  .strictObject({
    saving: Saving.describe('Joint saving, computed on the same hours'),
    byDay: MissedByDay,
    sumOfAlone: Money.describe(
      'Sum of the separate savings; larger than the joint saving where recommendations overlap',
    ),
    recommendations: z.number().int().describe('Number of recommendations'),
    leftOut: z
      .array(RecommendationId)
      .describe('Recommendations outside the joint saving: they exclude a recommendation that saves more'),
  })
  .describe('Joint saving of all open recommendations of one currency');

export const Searched = z
  .strictObject({
    kind: RecommendationKind,
    found: z.number().int().nullable().describe('Number of recommendations found; null: the scan failed'),
    reason: z.string().nullable().describe('Reason for a failed or incomplete scan; null: none'),
  })
  .describe('Result of the scan for one kind');
export type Searched = z.infer<typeof Searched>;

export const ListedRecommendation = z
  .strictObject({
    ...RecommendationSummary.shape,
    counted: Money.nullable().describe(
      'Part of the joint saving per month that it adds; all of them sum up to it. Less than its saving alone where another saves the same hours; null: not open, or unknown',
    ),
    prices: z.array(z.string().describe('Price')).describe('Unit prices that the saving depends on'),
    assigned: Assignment.nullable().describe('Owner; null: none'),
    work: Work.nullable().describe('State of the work; null: open'),
  })
  .describe('A recommendation with its part of the joint saving and its owner');
export type ListedRecommendation = z.infer<typeof ListedRecommendation>;

export const RecommendationList = z
  .strictObject({
    recommendations: z.array(ListedRecommendation).describe('The largest saving first, then by title'),
    totals: z.array(Total).describe('Joint saving of the open recommendations, by currency'),
    unknownSavings: z.number().int().describe('Open recommendations with an unknown saving; they are in no total'),
    lookedAt: UtcInstant.nullable().describe('Time of the last scan of this server; null: never'),
    searched: z.array(Searched).describe('Results of that scan by kind; empty for callers who see some teams only'),
    partial: PartialAnswer,
  })
  .describe('Recommendations');
export type RecommendationList = z.infer<typeof RecommendationList>;

export const Preview = z
  .strictObject({
    recommendation: Recommendation,
    isDryRun: z.boolean().describe('True: preview only, nothing was changed'),
    changes: z.array(z.string()).describe('Changes, one line each'),
    traffic: z.string().describe('Effect on requests'),
    money: z.string().describe('Effect on the bill'),
    undo: z.string().describe('How to undo the change, or that it cannot be undone'),
    manifest: z
      .string()
      .nullable()
      .describe('Change to make in your manifest, so that the next apply does not revert this; null: none'),
  })
  .describe('Changes of a recommendation, previewed or carried out');
export type Preview = z.infer<typeof Preview>;

const params = z.strictObject({ recommendation: RecommendationId });
const Reason = z.string().min(1).max(500).optional().describe('Reason');

export const listRecommendations = endpoint({
  method: 'GET',
  path: '/api/v1/recommendations',
  scope: 'tradeoff.read',
  reads: ['money', 'team'],
  summary: 'List recommendations and the joint saving of the open ones',
  query: z.strictObject({
    state: z
      .enum(['open', 'done', 'closed', 'all'])
      .default('open')
      .describe('open: open and approved; done: applied; closed: all others'),
    owner: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe('Only those assigned to this account or team, or of this team; `none`: without an owner'),
  }),
  response: RecommendationList,
  errors: [],
});

export const getRecommendation = endpoint({
  method: 'GET',
  path: '/api/v1/recommendations/:recommendation',
  scope: 'tradeoff.read',
  reads: ['money', 'object'],
  summary: 'Get one recommendation with its evidence',
  params,
  response: RecommendationDetail,
  errors: ['recommendation_not_found'],
});

export const findRecommendations = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/find',
  scope: 'tradeoff.write',
  summary: 'Scan for recommendations now; a scan also runs every hour',
  body: z.strictObject({}),
  response: z.strictObject({ searched: z.array(Searched).describe('Result of the scan for one kind') }),
  errors: [],
});

export const applyRecommendation = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/:recommendation/apply',
  scope: 'tradeoff.write',
  reads: 'object',
  summary: 'Carry out a recommendation, or preview its changes (the default)',
  params,
  body: z.strictObject({
    isDryRun: z.boolean().default(true).describe('True: preview only, change nothing'),
    isDone: z
      .boolean()
      .default(false)
      .describe(
        'True: manual work is carried out already; otherwise the first call approves it, the second marks it as done',
      ),
    reason: Reason,
  }),
  response: Preview,
  errors: ['recommendation_not_found', 'recommendation_not_open', 'recommendation_outdated'],
});

export const dismissRecommendation = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/:recommendation/dismiss',
  scope: 'tradeoff.write',
  reads: 'object',
  summary: 'Dismiss a recommendation, permanently or until a time',
  params,
  body: z.strictObject({
    reason: Reason,
    until: UtcInstant.optional().describe('End of the dismissal; default: permanent'),
  }),
  response: Recommendation,
  errors: ['recommendation_not_found', 'recommendation_not_open'],
});

export const undoRecommendation = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/:recommendation/undo',
  scope: 'tradeoff.write',
  reads: 'object',
  summary: 'Undo an applied recommendation, or reopen one that was dismissed or done by hand',
  params,
  body: z.strictObject({ reason: Reason }),
  response: Recommendation,
  errors: ['recommendation_not_found', 'recommendation_not_undoable', 'recommendation_outdated'],
});

export const keepRecommendation = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/:recommendation/keep',
  scope: 'tradeoff.write',
  reads: 'object',
  summary: 'Keep a resource that an idle policy would stop',
  params,
  body: z.strictObject({ hours: z.number().int().min(1).max(168).describe('Hours from now for which it is kept') }),
  response: Recommendation,
  errors: ['recommendation_not_found', 'recommendation_not_noticed'],
});

export const recommendationHandling = defineHandlingEndpoints({
  ...{ noun: 'recommendation', path: '/api/v1/recommendations/:recommendation', param: 'recommendation' },
  ...{ read: 'tradeoff.read', write: 'tradeoff.write', notFound: 'recommendation_not_found' },
  reads: ['money', 'object'],
});

export const tryRecommendation = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/:recommendation/optimization',
  scope: 'tradeoff.write',
  reads: 'object',
  summary: 'Propose the recommendation as an optimization: tried on live traffic, kept only within its guardrails',
  params,
  body: z.strictObject({ reason: Reason }),
  response: RecommendationDetail,
  errors: [
    'recommendation_not_found',
    'recommendation_not_open',
    'recommendation_not_triable',
    'optimization_exists',
    'optimization_no_change',
    'optimization_costs_more',
    'optimization_invalid',
    'endpoint_not_found',
  ],
});
