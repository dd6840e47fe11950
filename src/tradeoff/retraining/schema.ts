import { z } from 'zod';
import { BudgetName } from '../../finops/budgets/schema.ts';
import { AlertCause, QualityLoss } from '../../mlops/monitoring/schema.ts';
import { PipelineName } from '../../mlops/pipelines/schema.ts';
import { Name } from '../../org/schema.ts';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { DecimalString, Money, Period, UtcInstant } from '../../platform/units/schema.ts';
import { DecisionId } from '../decisions/schema.ts';
import { Verdict } from '../gates/schema.ts';
import { RealisedGain } from './realised/schema.ts';
import { TriggerKind, TriggerName } from './spec/schema.ts';

export const RetrainingName = Name.describe('Name of a retraining');

export const RoundState = z
  .enum(['waiting', 'starting', 'running', 'promoted', 'not_promoted', 'failed', 'dismissed', 'lapsed'])
  .describe(
    '`waiting`: not worth it yet, or not its time, with the reason; `starting`: decided, its run is about to begin; `promoted`: the alias points to its candidate; `not_promoted`: the candidate is kept, with the reason; `failed`: it made no candidate; `dismissed`: by a person; `lapsed`: what it waited for is over',
  );
export type RoundState = z.infer<typeof RoundState>;

/** Whether a round is over. */
export function isRoundOver(state: RoundState): boolean {
  return state !== 'waiting' && state !== 'starting' && state !== 'running';
}

export const RoundTrigger = z
  .strictObject({
    kind: TriggerKind,
    name: TriggerName.nullable().describe('Name of the trigger; null: a person'),
    detail: z.string().describe('What happened, in words'),
    at: UtcInstant.describe('When it happened: of an episode, when it opened'),
    episode: z.string().nullable().describe('Id of the episode; null: of none'),
    cause: AlertCause.nullable().describe('What the episode is of; null: of none'),
    columns: z.array(z.string()).describe('Columns that the episode is of, the worst first; empty: none'),
    by: z.string().nullable().describe('Who asked for it; null: nobody did'),
  })
  .describe('What a round was begun by');
export type RoundTrigger = z.infer<typeof RoundTrigger>;

export const Worth = z
  .strictObject({
    at: UtcInstant.describe('When it was weighed'),
    answer: z
      .enum(['worth', 'not_worth', 'unknown'])
      .describe('`unknown`: gain or cost is not known; then `whenUnknown` decides'),
    reason: z.string().describe('Why, in one sentence'),
    loss: QualityLoss.nullable().describe('How much worse the answers are; null: not known'),
    lossLower: DecimalString.nullable().describe('Smaller end of the loss, in units of the measure; null: not known'),
    lossExpected: DecimalString.nullable().describe('The loss as it was measured or estimated; null: not known'),
    lossUpper: DecimalString.nullable().describe('Larger end of the loss; null: no interval'),
    decidedBy: z
      .enum(['lower_end', 'expected'])
      .nullable()
      .describe('Which loss the gain is of: the smaller end of the interval, or the value where there is none'),
    predictionsPerDay: DecimalString.nullable().describe('Measured traffic; null: none is recorded'),
    trafficPeriod: Period.nullable().describe('When it was measured'),
    valuePerPrediction: Money.nullable().describe(
      'What a unit of the measure is worth in one prediction; null: not known',
    ),
    lossPerDay: Money.nullable().describe('Loss x traffic x value: what the loss costs a day; null: not known'),
    valueFrom: z.enum(['retraining', 'monitor']).nullable().describe('Who says what it is worth; null: nobody'),
    horizon: Period.describe('For which time the gain counts'),
    horizonFrom: z.string().describe('Why it ends then'),
    gain: Money.nullable().describe('Expected gain over the horizon, by the loss that decides; null: not known'),
    gainUpper: Money.nullable().describe('The same by the larger end of the loss; null: no interval'),
    cost: Money.nullable().describe('What the retraining is expected to cost; null: not known'),
    costFrom: z.string().describe('Where that is from, or why it is not known'),
    net: Money.nullable().describe('gain - cost; null: one of them is not known'),
    minimumGain: DecimalString.describe('By how much the gain has to exceed the cost at least'),
    budget: z
      .strictObject({
        name: BudgetName,
        remaining: Money.nullable().describe('What is left of it; null: not known'),
      })
      .nullable()
      .describe('The budget that was asked; null: none is named'),
  })
  .describe('What a retraining is worth against what it costs, and everything that stands on');
export type Worth = z.infer<typeof Worth>;

const RoundRun = z
  .strictObject({
    pipeline: PipelineName,
    run: z.string().describe('Id of the pipeline run'),
    number: z.number().int().describe('Number of it among the runs of the pipeline'),
  })
  .describe('Pipeline run of a round');

export const RetrainingRoundSummary = z
  .strictObject({
    retraining: RetrainingName,
    round: z.number().int().describe('Number among the rounds of the retraining, from 1'),
    state: RoundState,
    reason: z.string().nullable().describe('Why it waits or ended so; null when there is nothing to say'),
    trigger: RoundTrigger,
    openedAt: UtcInstant.describe('When the round was opened'),
    startedAt: UtcInstant.nullable().describe('When it was decided to retrain; null: not yet'),
    endedAt: UtcInstant.nullable().describe('When it was over; null: it is not'),
    run: RoundRun.nullable().describe('Its pipeline run; null: none was begun'),
    candidate: z.string().nullable().describe('Version that it made; null: none was registered'),
    verdict: Verdict.nullable().describe('What the gate said; null: it was not asked'),
    gain: Money.nullable().describe('Expected gain as it was last weighed; null: not known'),
    cost: Money.nullable().describe('What its run has cost by now; null: nothing ran, or a price is missing'),
    realisedGain: Money.nullable().describe(
      'What it has really gained by now, by labels; null: not promoted, or not known',
    ),
  })
  .describe('A round: from a trigger to a verdict');
export type RetrainingRoundSummary = z.infer<typeof RetrainingRoundSummary>;

const TimelineEntry = z
  .strictObject({
    at: UtcInstant.describe('When'),
    step: z
      .enum(['trigger', 'worth', 'wait', 'start', 'run', 'candidate', 'verdict', 'rollout', 'end', 'realised'])
      .describe('Which part of the round'),
    text: z.string().describe('What happened, in one sentence'),
    evidence: z
      .array(
        z.strictObject({
          kind: z
            .enum(['monitor', 'episode', 'pipeline_run', 'mlflow_run', 'model_version', 'decision', 'budget', 'person'])
            .describe('What it is'),
          id: z.string().describe('Its id or name; of a version: model/version; of a pipeline run: pipeline/number'),
        }),
      )
      .describe('What it stands on'),
  })
  .describe('One thing that happened');
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const RetrainingRound = z
  .strictObject({
    ...RetrainingRoundSummary.shape,
    model: z.string().describe('Registered model'),
    monitor: z.string().describe('Monitor'),
    window: Period.nullable().describe('Data that the candidate is trained on; null: not decided yet'),
    params: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).describe('Value'))
      .describe('Parameters of the run, filled in; empty before it is decided'),
    worth: Worth.nullable().describe('As it was last weighed; null: it was not'),
    candidateRun: z.string().nullable().describe('MLflow run of the candidate; null: there is none'),
    champion: z.string().nullable().describe('Version behind the alias when the run was begun; null: none'),
    gate: z
      .strictObject({
        verdict: Verdict,
        summary: z.string().describe('In one sentence'),
        checks: z.array(z.string()).describe('Each check in a line; empty where the decision has them'),
        decision: DecisionId.nullable().describe('Decision that was recorded; null: the run was weighed only'),
      })
      .nullable()
      .describe('What the gate said of the candidate; null: it was not asked'),
    rollout: z
      .strictObject({
        alias: z.string().describe('Alias'),
        from: z.string().nullable().describe('Version that it pointed to before; null: none'),
        to: z.string().describe('Version that it points to'),
        at: UtcInstant.describe('When that was seen'),
      })
      .nullable()
      .describe('The alias that moved to the candidate; null: none did'),
    realised: RealisedGain.nullable().describe(
      'What the new version has really gained; null: none was rolled out, or an hour has not passed since',
    ),
    unpricedSteps: z.number().int().describe('Steps of the run without a price: in no cost'),
    timeline: z.array(TimelineEntry).describe('In order of time, at most 200'),
  })
  .describe('A round with all that it stands on');
export type RetrainingRound = z.infer<typeof RetrainingRound>;

export const Retraining = z
  .strictObject({
    name: RetrainingName,
    model: z.string().describe('Registered model'),
    monitor: z.string().describe('Monitor'),
    pipeline: PipelineName,
    alias: z.string().describe('Alias of the version to beat'),
    champion: z.string().nullable().describe('Version that it points to now; null: none'),
    appliedAt: UtcInstant.describe('When its document was last changed'),
    waiting: z.number().int().describe('Rounds that wait'),
    underWay: z.number().int().nullable().describe('Number of the round whose run is under way; null: none is'),
    coolsUntil: UtcInstant.nullable().describe('Until when none begins by itself; null: one may'),
    trainedUntil: UtcInstant.describe(
      'Since when predictions and labels are new: the end of the data of the last training',
    ),
    lastRound: RetrainingRoundSummary.nullable().describe('The latest round; null before the first'),
    spent: z.array(Money).describe('What its runs have cost in all, by currency'),
    unpricedRounds: z.number().int().describe('Rounds whose cost is not known: in no sum'),
  })
  .describe('When a model is trained anew');
export type Retraining = z.infer<typeof Retraining>;

export const RetrainingTriggerNow = z
  .strictObject({
    trigger: TriggerName,
    kind: TriggerKind,
    waitsFor: z.string().describe('In words'),
    nextAt: UtcInstant.nullable().describe('Its next time or look; null where others tell it'),
    count: z
      .number()
      .int()
      .nullable()
      .describe('Predictions or labels since the last training; null: of another kind, or not counted yet'),
    enough: z.number().int().nullable().describe('How many are enough; null: of another kind'),
    problem: z.string().nullable().describe('Why the last look saw nothing; null when it went well'),
  })
  .describe('A trigger and where it stands');
export type RetrainingTriggerNow = z.infer<typeof RetrainingTriggerNow>;

export const RetrainingDetail = z
  .strictObject({
    ...Retraining.shape,
    triggers: z.array(RetrainingTriggerNow).describe('In the order of the document'),
    params: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).describe('Value'))
      .describe('Parameters of its runs, with what is filled in'),
    cooldownMs: z.number().describe('Cooldown, in milliseconds'),
    budget: BudgetName.nullable().describe('Budget that must have enough left; null: none is named'),
    worth: z
      .strictObject({
        valuePerPrediction: Money.nullable().describe(
          'What a unit of the measure is worth in one prediction; null: the monitor says',
        ),
        horizonMs: z.number().describe('For how long the gain counts, in milliseconds'),
        minimumGain: DecimalString.describe('By how much the gain has to exceed the cost at least'),
        whenUnknown: z.enum(['retrain', 'wait']).describe('What is done where gain or cost is not known'),
      })
      .describe('When it is worth its money'),
    rounds: z.array(RetrainingRoundSummary).describe('Rounds, latest first: one page'),
    nextPageToken: NextPageToken,
  })
  .describe('A retraining with its triggers and rounds');
export type RetrainingDetail = z.infer<typeof RetrainingDetail>;

const params = z.strictObject({ retraining: RetrainingName });
const roundParams = z.strictObject({
  retraining: RetrainingName,
  round: z.coerce.number().int().min(1).max(1e9).describe('Number of the round'),
});

export const listRetrainings = endpoint({
  method: 'GET',
  path: '/api/v1/retrainings',
  scope: 'tradeoff.read',
  summary: 'Retrainings by name, each with its latest round',
  response: z.strictObject({ retrainings: z.array(Retraining).describe('Retrainings by name') }),
  errors: [],
});

export const getRetraining = endpoint({
  method: 'GET',
  path: '/api/v1/retrainings/:retraining',
  scope: 'tradeoff.read',
  summary: 'One retraining with its triggers and rounds',
  params,
  query: z.strictObject(PageQuery),
  response: RetrainingDetail,
  errors: ['retraining_not_found', 'invalid_page_token'],
});

export const getRetrainingRound = endpoint({
  method: 'GET',
  path: '/api/v1/retrainings/:retraining/rounds/:round',
  scope: 'tradeoff.read',
  summary: 'One round: from its trigger to its verdict',
  params: roundParams,
  response: RetrainingRound,
  errors: ['retraining_round_not_found'],
});

export const startRetraining = endpoint({
  method: 'POST',
  path: '/api/v1/retrainings/:retraining/start',
  scope: 'tradeoff.write',
  summary: 'Retrain now, worth it or not: a round that waits, or a new one',
  params,
  body: z.strictObject({
    round: z.number().int().min(1).optional().describe('Round that waits; default: a new one'),
    window: Period.optional().describe('Data of a new round; default: since the last training'),
    reason: z.string().min(1).max(500).optional().describe('Why'),
    requestKey: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('The same again answers the round that was opened by it'),
  }),
  response: RetrainingRound,
  errors: [
    'retraining_not_found',
    'retraining_round_not_found',
    'retraining_round_not_waiting',
    'retraining_under_way',
  ],
});

export const dismissRetrainingRound = endpoint({
  method: 'POST',
  path: '/api/v1/retrainings/:retraining/rounds/:round/dismiss',
  scope: 'tradeoff.write',
  summary: 'Give up a round that waits',
  params: roundParams,
  body: z.strictObject({ reason: z.string().min(1).max(500).optional().describe('Why') }),
  response: RetrainingRound,
  errors: ['retraining_round_not_found', 'retraining_round_not_waiting'],
});
