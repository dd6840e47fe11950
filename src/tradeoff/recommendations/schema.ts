import { z } from 'zod';
import { Subject } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { Money, Period, UtcInstant } from '../../platform/units/schema.ts';
import { DecisionId } from '../decisions/schema.ts';
import { RecommendedAction } from './action/schema.ts';
import { MeasuredBy } from './realised/schema.ts';
import { Commitment, Effect, HeldItem, Saving } from './savings/schema.ts';

export type { RecommendedAction } from './action/schema.ts';
export type { HeldItem, Saving } from './savings/schema.ts';

export const RecommendationId = z
  .string()
  .regex(/^rec_[0-9a-f]{20}$/, 'an id such as "rec_0123456789abcdef0123"')
  .describe('Id of a recommendation');

export const RecommendationKind = z
  .enum([
    'scale_to_zero',
    'stop_run',
    'replica_count',
    'cpu_memory',
    'gpu_share',
    'pack_nodes',
    'spot',
    'commitment',
    'hardware',
  ])
  .describe('What it advises');
export type RecommendationKind = z.infer<typeof RecommendationKind>;

export const RecommendationState = z
  .enum(['open', 'approved', 'applied', 'dismissed', 'superseded', 'lapsed', 'undone'])
  .describe(
    '`open`: nobody has decided; `approved`: to be done by hand; `applied`: done, and its saving is measured; `dismissed`: not wanted; `superseded`: another has taken its place; `lapsed`: what it was about is over; `undone`: taken back',
  );
export type RecommendationState = z.infer<typeof RecommendationState>;

const Confidence = z
  .strictObject({
    level: z
      .enum(['high', 'medium', 'low'])
      .describe('high: 14 days with 95 % measured; medium: 3 days; low: less. Of a commitment 90 and 28 days'),
    coverageRatio: z.number().describe('Part of the window that was measured, 0 to 1'),
    days: z.number().describe('Days that were looked at'),
  })
  .describe('How far it is to be believed');

const Risk = z
  .strictObject({
    level: z.enum(['low', 'medium', 'high']).describe('How much may go wrong'),
    text: z.string().describe('What may go wrong'),
  })
  .describe('Risk');

const Act = z
  .strictObject({
    at: UtcInstant.describe('When'),
    by: z.string().describe('Who'),
    reason: z.string().nullable().describe('Why; null: nothing was said'),
    decision: DecisionId.nullable().describe('Entry of the ledger of decisions'),
  })
  .describe('Something that was decided');

export const Realised = z
  .strictObject({
    at: UtcInstant.describe('When it was measured last'),
    period: Period.describe('Time since it was done'),
    hours: z.number().describe('Measured hours in it'),
    monthly: Money.nullable().describe('Cost before less cost since, in a month of 730 hours; null: not known yet'),
    lower: Money.nullable().describe('Lower end of its 95 % interval'),
    upper: Money.nullable().describe('Upper end'),
    stated: Money.nullable().describe('What it was said to save'),
    isWithin: z.boolean().nullable().describe('Whether the interval that was stated holds it; null: not known'),
    isFinal: z.boolean().describe('True after 30 days: it is measured no more'),
    reason: z.string().nullable().describe('Why it is not known; null when it is'),
  })
  .describe('What it really saved');
export type Realised = z.infer<typeof Realised>;

const Notice = z
  .strictObject({
    policy: z.string().describe('Idle policy'),
    noticedAt: UtcInstant.describe('When it was told'),
    actsAt: UtcInstant.describe('When the policy acts, unless somebody keeps it'),
    keptUntil: UtcInstant.nullable().describe('Until when somebody keeps it; null: nobody does'),
    keptBy: z.string().nullable().describe('Who keeps it'),
    isDryRun: z.boolean().describe('True: the policy only says what it would do'),
  })
  .describe('A notice of an idle policy');

const TimelineEntry = z
  .strictObject({
    at: UtcInstant.describe('When'),
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
      ])
      .describe('What happened'),
    by: z.string().nullable().describe('Who did it; null: this server'),
    text: z.string().describe('In words'),
  })
  .describe('Something that happened to it');
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const RecommendationSummary = z
  .strictObject({
    recommendation: RecommendationId,
    kind: RecommendationKind,
    state: RecommendationState,
    title: z.string().describe('What would be done, in one line'),
    what: z.string().describe('What it is about'),
    subject: Subject,
    before: z.string().describe('How it is now'),
    after: z.string().describe('How it would be'),
    saving: Saving.describe('What it saves alone'),
    confidence: Confidence,
    risk: Risk,
    guard: z.string().describe('What sees to it that quality does not fall'),
    action: RecommendedAction,
    foundAt: UtcInstant.describe('When it was found first'),
    seenAt: UtcInstant.describe('When it was found last'),
    applied: Act.nullable().describe('Who did it, and when; null: not done'),
    dismissed: z
      .strictObject({ ...Act.shape, until: UtcInstant.nullable().describe('Until when; null: for good') })
      .nullable()
      .describe('Who does not want it; null: nobody said so'),
    realised: Realised.nullable().describe('What it really saved; null: nothing is measured'),
    notice: Notice.nullable().describe('Notice of an idle policy; null: none'),
  })
  .describe('A recommendation');
export type RecommendationSummary = z.infer<typeof RecommendationSummary>;

export const Evidence = z
  .strictObject({
    window: Period.describe('Time that was looked at'),
    figures: z
      .array(
        z.strictObject({
          name: z.string().describe('Figure'),
          value: z.string().nullable().describe('Its value with its unit; null: not known'),
        }),
      )
      .describe('What was measured'),
    prices: z.array(z.string()).describe('Prices that it stands on, each with where it is from'),
    items: z.array(HeldItem).describe('What it touches, with its cost by the hour'),
    effects: z.array(Effect).describe('What it leaves of each'),
    commitments: z.array(Commitment).default([]).describe('What would be committed to'),
    pins: z.array(z.string()).describe('Items that its plan needs as they are'),
    missing: z.array(z.string()).describe('What is not known, in words'),
    deliveries: z.array(z.string()).default([]).describe('Bill deliveries that its costs and prices were read from'),
    measuredBy: MeasuredBy.nullable()
      .default(null)
      .describe(
        'Where what it really saved is read from, when it was done; null: from the meter of its endpoint, or nowhere',
      ),
  })
  .describe('Everything it stands on: the saving can be computed again from it');
export type Evidence = z.infer<typeof Evidence>;

export const Recommendation = z
  .strictObject({
    ...RecommendationSummary.shape,
    key: z.string().describe('The same for what is the same advice about the same thing'),
    evidence: Evidence,
    approved: Act.nullable().describe('Who approved it, and when'),
    undone: Act.nullable().describe('Who took it back, and when'),
    supersededBy: RecommendationId.nullable().describe('What has taken its place'),
    timeline: z.array(TimelineEntry).describe('What happened to it, first to last'),
  })
  .describe('A recommendation with its evidence');
export type Recommendation = z.infer<typeof Recommendation>;

const Total = z
  .strictObject({
    saving: Saving.describe('All of them together, computed on the same hours'),
    sumOfAlone: Money.describe('What each saves alone, added up; more than together where they overlap'),
    recommendations: z.number().int().describe('How many there are'),
    leftOut: z
      .array(RecommendationId)
      .describe('Those of them that are not in the saving: of what cannot be done together, others save more'),
  })
  .describe('What all open recommendations of one currency save together');

export const Searched = z
  .strictObject({
    kind: RecommendationKind,
    found: z.number().int().nullable().describe('Recommendations that it found; null: it could not look'),
    reason: z.string().nullable().describe('Why it could not look, or what it lacks; null: nothing'),
  })
  .describe('What was looked for');
export type Searched = z.infer<typeof Searched>;

export const RecommendationList = z
  .strictObject({
    recommendations: z.array(RecommendationSummary).describe('The largest saving first, then by title'),
    totals: z.array(Total).describe('What the open ones save together, by currency'),
    unknownSavings: z.number().int().describe('Open ones whose saving is not known, and which are in no total'),
    lookedAt: UtcInstant.nullable().describe('When this server looked last; null: never'),
    searched: z.array(Searched).describe('What was looked for then'),
  })
  .describe('Recommendations');
export type RecommendationList = z.infer<typeof RecommendationList>;

export const Preview = z
  .strictObject({
    recommendation: Recommendation,
    isDryRun: z.boolean().describe('True: nothing was done'),
    changes: z.array(z.string()).describe('What changes, a line each'),
    traffic: z.string().describe('What it means for requests'),
    money: z.string().describe('What it means for the bill'),
    undo: z.string().describe('How it is taken back, or that it cannot be'),
    manifest: z
      .string()
      .nullable()
      .describe('What to change in your own file, so that it does not undo this; null: nothing'),
  })
  .describe('What a recommendation does, or did');
export type Preview = z.infer<typeof Preview>;

const params = z.strictObject({ recommendation: RecommendationId });
const Reason = z.string().min(1).max(500).optional().describe('Why');

export const listRecommendations = endpoint({
  method: 'GET',
  path: '/api/v1/recommendations',
  scope: 'tradeoff.read',
  summary: 'Recommendations, and what the open ones save together',
  query: z.strictObject({
    state: z
      .enum(['open', 'done', 'closed', 'all'])
      .default('open')
      .describe('open: with those to be done by hand; done: applied; closed: all others'),
  }),
  response: RecommendationList,
  errors: [],
});

export const getRecommendation = endpoint({
  method: 'GET',
  path: '/api/v1/recommendations/:recommendation',
  scope: 'tradeoff.read',
  summary: 'One recommendation with its evidence',
  params,
  response: Recommendation,
  errors: ['recommendation_not_found'],
});

export const findRecommendations = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/find',
  scope: 'tradeoff.write',
  summary: 'Look for recommendations now; it is done every hour anyway',
  body: z.strictObject({}),
  response: z.strictObject({ searched: z.array(Searched).describe('What was looked for') }),
  errors: [],
});

export const applyRecommendation = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/:recommendation/apply',
  scope: 'tradeoff.write',
  summary: 'Carry a recommendation out, or say what that would change (the default)',
  params,
  body: z.strictObject({
    isDryRun: z.boolean().default(true).describe('True: nothing is done'),
    reason: Reason,
  }),
  response: Preview,
  errors: ['recommendation_not_found', 'recommendation_not_open', 'recommendation_outdated'],
});

export const dismissRecommendation = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/:recommendation/dismiss',
  scope: 'tradeoff.write',
  summary: 'Do not want a recommendation, for good or until a time',
  params,
  body: z.strictObject({
    reason: Reason,
    until: UtcInstant.optional().describe('Until when; default: for good'),
  }),
  response: Recommendation,
  errors: ['recommendation_not_found', 'recommendation_not_open'],
});

export const undoRecommendation = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/:recommendation/undo',
  scope: 'tradeoff.write',
  summary: 'Take back what was done, or open again what was dismissed',
  params,
  body: z.strictObject({ reason: Reason }),
  response: Recommendation,
  errors: ['recommendation_not_found', 'recommendation_not_undoable', 'recommendation_outdated'],
});

export const keepRecommendation = endpoint({
  method: 'POST',
  path: '/api/v1/recommendations/:recommendation/keep',
  scope: 'tradeoff.write',
  summary: 'Keep what an idle policy would stop',
  params,
  body: z.strictObject({ hours: z.number().int().min(1).max(168).describe('For how many hours from now') }),
  response: Recommendation,
  errors: ['recommendation_not_found', 'recommendation_not_noticed'],
});
