import { z } from 'zod';
import { BudgetName } from '../../finops/budgets/schema.ts';
import { AlertCause, QualityLoss } from '../../mlops/monitoring/schema.ts';
import { PipelineName } from '../../mlops/pipelines/schema.ts';
import { TestSet } from '../../mlops/test-sets/schema.ts';
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
    '`waiting`: the gain does not exceed the cost yet, or a cooldown or another round delays it; `starting`: decided, its run is about to start; `promoted`: the alias points to its candidate; `not_promoted`: the candidate is kept, the alias did not move; `failed`: the run made no candidate; `dismissed`: by an account; `lapsed`: the cause of its trigger has ended',
  );
export type RoundState = z.infer<typeof RoundState>;

/** Whether a round is over. */
export function isRoundOver(state: RoundState): boolean {
  return state !== 'waiting' && state !== 'starting' && state !== 'running';
}

export const RoundTrigger = z
  .strictObject({
    kind: TriggerKind,
    name: TriggerName.nullable().describe('Name of the trigger; null: an account started the round'),
    detail: z.string().describe('Description of the event'),
    at: UtcInstant.describe('Time of the event; for an episode, when it opened'),
    episode: z.string().nullable().describe('Id of the episode; null: the trigger is no episode'),
    cause: AlertCause.nullable().describe('Cause of the episode; null: the trigger is no episode'),
    columns: z.array(z.string()).describe('Columns of the episode, the worst first; empty: none'),
    by: z.string().nullable().describe('Account that started the round; null: a trigger did'),
  })
  .describe('Trigger of a round');
export type RoundTrigger = z.infer<typeof RoundTrigger>;

export const Worth = z
  .strictObject({
    at: UtcInstant.describe('Time of the evaluation'),
    answer: z
      .enum(['worth', 'not_worth', 'unknown'])
      .describe('`unknown`: gain or cost is not known; then `whenUnknown` decides'),
    reason: z.string().describe('Reason, in one sentence'),
    loss: QualityLoss.nullable().describe('Loss of quality of the predictions; null: not known'),
    lossLower: DecimalString.nullable().describe('Smaller end of the loss, in units of the measure; null: not known'),
    lossExpected: DecimalString.nullable().describe('Measured or estimated loss; null: not known'),
    lossUpper: DecimalString.nullable().describe('Larger end of the loss; null: no interval'),
    decidedBy: z
      .enum(['lower_end', 'expected'])
      .nullable()
      .describe(
        'Loss that the gain is computed from: the smaller end of the interval, or the value where there is none',
      ),
    predictionsPerDay: DecimalString.nullable().describe('Measured traffic; null: none is recorded'),
    trafficPeriod: Period.nullable().describe('Period of the measured traffic'),
    valuePerPrediction: Money.nullable().describe(
      'Value of one unit of the measure in one prediction; null: not known',
    ),
    lossPerDay: Money.nullable().describe('Cost of the loss per day: loss x traffic x value; null: not known'),
    valueFrom: z.enum(['retraining', 'monitor']).nullable().describe('Document that states the value; null: none'),
    horizon: Period.describe('Period for which the gain counts'),
    horizonFrom: z.string().describe('Reason for the end of the horizon'),
    gain: Money.nullable().describe('Expected gain over the horizon, by the loss of `decidedBy`; null: not known'),
    gainUpper: Money.nullable().describe('Expected gain by the larger end of the loss; null: no interval'),
    cost: Money.nullable().describe('Expected cost of the retraining; null: not known'),
    costFrom: z.string().describe('Origin of the cost, or the reason for an unknown cost'),
    net: Money.nullable().describe('gain - cost; null: one of them is not known'),
    minimumGain: DecimalString.describe('Least difference of gain and cost at which a round starts'),
    budget: z
      .strictObject({
        name: BudgetName,
        remaining: Money.nullable().describe('Remaining amount of the budget; null: not known'),
      })
      .nullable()
      .describe('Budget of the retraining; null: none is named'),
  })
  .describe('Expected gain and cost of a retraining, with all inputs');
export type Worth = z.infer<typeof Worth>;

const RoundRun = z
  .strictObject({
    pipeline: PipelineName,
    run: z.string().describe('Id of the pipeline run'),
    number: z.number().int().describe('Number of the run in the pipeline'),
  })
  .describe('Pipeline run of a round');

export const RetrainingRoundSummary = z
  .strictObject({
    retraining: RetrainingName,
    round: z.number().int().describe('Number among the rounds of the retraining, from 1'),
    state: RoundState,
    reason: z.string().nullable().describe('Reason for the state; null: none'),
    trigger: RoundTrigger,
    openedAt: UtcInstant.describe('When the round was opened'),
    startedAt: UtcInstant.nullable().describe('Time of the decision to retrain; null: not decided'),
    endedAt: UtcInstant.nullable().describe('End of the round; null: it is open'),
    run: RoundRun.nullable().describe('Pipeline run of the round; null: none was started'),
    candidate: z.string().nullable().describe('Candidate version; null: none was registered'),
    verdict: Verdict.nullable().describe('Verdict of the gate; null: the gate was not run'),
    gain: Money.nullable().describe('Expected gain of the last evaluation; null: not known'),
    cost: Money.nullable().describe('Cost of the run to date; null: nothing ran, or a price is missing'),
    realisedGain: Money.nullable().describe('Realised gain to date, by labels; null: not promoted, or not known'),
  })
  .describe('Round of a retraining: from a trigger to a verdict');
export type RetrainingRoundSummary = z.infer<typeof RetrainingRoundSummary>;

const TimelineEntry = z
  .strictObject({
    at: UtcInstant.describe('Time of the event'),
    step: z
      .enum(['trigger', 'worth', 'wait', 'start', 'test', 'run', 'candidate', 'verdict', 'rollout', 'end', 'realised'])
      .describe('Part of the round'),
    text: z.string().describe('Description of the event, in one sentence'),
    evidence: z
      .array(
        z.strictObject({
          kind: z
            .enum([
              ...['monitor', 'episode', 'pipeline_run', 'mlflow_run', 'model_version'],
              ...['evaluation', 'decision', 'budget', 'person'],
            ] as const)
            .describe('Kind of object'),
          id: z.string().describe('Id or name; for a version model/version, for a pipeline run pipeline/number'),
        }),
      )
      .describe('Objects that prove the event'),
  })
  .describe('Event of a round');
export type TimelineEntry = z.infer<typeof TimelineEntry>;

const RoundTest = z
  .strictObject({
    set: TestSet.nullable().describe('Test set; null: there is no version to compare with, or no monitor'),
    reason: z.string().nullable().describe('Why there is no test set; null: there is one'),
    compared: z
      .boolean()
      .nullable()
      .describe(
        'The gate compared candidate and champion on the test set; false: on older values; null: not known, or the gate was not run',
      ),
  })
  .describe('Comparison of candidate and champion on the window that triggered a round');

export const RetrainingRound = z
  .strictObject({
    ...RetrainingRoundSummary.shape,
    model: z.string().describe('Registered model'),
    monitor: z.string().describe('Monitor'),
    window: Period.nullable().describe('Training data of the candidate; null: not decided yet'),
    test: RoundTest.nullable().describe(
      'Test set of the window that triggered the round; null: the run has not begun, or the round is of an older server',
    ),
    params: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).describe('Value'))
      .describe('Parameters of the run with expressions filled in; empty before the decision'),
    worth: Worth.nullable().describe('Last evaluation; null: none'),
    candidateRun: z.string().nullable().describe('MLflow run of the candidate; null: none'),
    champion: z.string().nullable().describe('Version of the alias when the run started; null: none'),
    gate: z
      .strictObject({
        verdict: Verdict,
        summary: z.string().describe('Verdict in one sentence'),
        checks: z.array(z.string()).describe('Checks, one line each; empty where the decision has them'),
        decision: DecisionId.nullable().describe('Recorded decision; null: the run was evaluated without one'),
      })
      .nullable()
      .describe('Result of the gate for the candidate; null: the gate was not run'),
    rollout: z
      .strictObject({
        alias: z.string().describe('Alias'),
        from: z.string().nullable().describe('Previous version of the alias; null: none'),
        to: z.string().describe('New version of the alias'),
        at: UtcInstant.describe('Time at which the change was seen'),
      })
      .nullable()
      .describe('Alias that moved to the candidate; null: none'),
    realised: RealisedGain.nullable().describe(
      'Realised gain of the new version; null: none was rolled out, or less than an hour ago',
    ),
    unpricedSteps: z.number().int().describe('Steps of the run without a price; they are in no cost'),
    timeline: z.array(TimelineEntry).describe('Events, oldest first, at most 200'),
  })
  .describe('Round with its evidence');
export type RetrainingRound = z.infer<typeof RetrainingRound>;

export const Retraining = z
  .strictObject({
    name: RetrainingName,
    model: z.string().describe('Registered model'),
    monitor: z.string().describe('Monitor'),
    pipeline: PipelineName,
    alias: z.string().describe('Alias of the version to beat'),
    champion: z.string().nullable().describe('Present version of the alias; null: none'),
    appliedAt: UtcInstant.describe('Time of the last change of its manifest'),
    waiting: z.number().int().describe('Number of waiting rounds'),
    underWay: z.number().int().nullable().describe('Number of the round with an active run; null: none'),
    coolsUntil: UtcInstant.nullable().describe(
      'End of the cooldown, before which no round starts automatically; null: no cooldown',
    ),
    trainedUntil: UtcInstant.describe('End of the data of the last training; later predictions and labels are new'),
    lastRound: RetrainingRoundSummary.nullable().describe('The latest round; null before the first'),
    spent: z.array(Money).describe('Total cost of its runs, by currency'),
    unpricedRounds: z.number().int().describe('Rounds with an unknown cost; they are in no sum'),
  })
  .describe('Retraining of a model');
export type Retraining = z.infer<typeof Retraining>;

export const RetrainingTriggerNow = z
  .strictObject({
    trigger: TriggerName,
    kind: TriggerKind,
    waitsFor: z.string().describe('Event that the trigger waits for'),
    nextAt: UtcInstant.nullable().describe('Time of the next check; null: the trigger waits for an event'),
    count: z
      .number()
      .int()
      .nullable()
      .describe('Predictions or labels since the last training; null: another kind, or not counted yet'),
    enough: z.number().int().nullable().describe('Count at which the trigger fires; null: another kind'),
    problem: z.string().nullable().describe('Error of the last check; null: none'),
  })
  .describe('Trigger and its progress');
export type RetrainingTriggerNow = z.infer<typeof RetrainingTriggerNow>;

export const RetrainingDetail = z
  .strictObject({
    ...Retraining.shape,
    triggers: z.array(RetrainingTriggerNow).describe('In the order of the document'),
    params: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).describe('Value'))
      .describe('Parameters of its runs, with their expressions'),
    cooldownMs: z.number().describe('Cooldown, in milliseconds'),
    budget: BudgetName.nullable().describe('Budget that must cover the retraining; null: none is named'),
    worth: z
      .strictObject({
        valuePerPrediction: Money.nullable().describe(
          'Value of one unit of the measure in one prediction; null: the value of the monitor',
        ),
        horizonMs: z.number().describe('Time for which the gain counts, in milliseconds'),
        minimumGain: DecimalString.describe('Least difference of gain and cost at which a round starts'),
        whenUnknown: z.enum(['retrain', 'wait']).describe('Action when gain or cost is not known'),
      })
      .describe('Terms of the comparison of gain and cost'),
    rounds: z.array(RetrainingRoundSummary).describe('One page of rounds, latest first'),
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
  reads: 'team',
  summary: 'List retrainings by name, each with its latest round',
  response: z.strictObject({ retrainings: z.array(Retraining).describe('Retrainings by name') }),
  errors: [],
});

export const getRetraining = endpoint({
  method: 'GET',
  path: '/api/v1/retrainings/:retraining',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'Get one retraining with its triggers and rounds',
  params,
  query: z.strictObject(PageQuery),
  response: RetrainingDetail,
  errors: ['retraining_not_found', 'invalid_page_token'],
});

export const getRetrainingRound = endpoint({
  method: 'GET',
  path: '/api/v1/retrainings/:retraining/rounds/:round',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'Get one round, from its trigger to its verdict',
  params: roundParams,
  response: RetrainingRound,
  errors: ['retraining_round_not_found'],
});

export const startRetraining = endpoint({
  method: 'POST',
  path: '/api/v1/retrainings/:retraining/start',
  scope: 'tradeoff.write',
  reads: 'object',
  summary: 'Retrain now whatever gain and cost are: start a waiting round or a new one',
  params,
  body: z.strictObject({
    round: z.number().int().min(1).optional().describe('Waiting round to start; default: a new one'),
    window: Period.optional().describe('Data of a new round; default: since the last training'),
    reason: z.string().min(1).max(500).optional().describe('Reason'),
    requestKey: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Idempotency key: a request with the same key returns the same round'),
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
  reads: 'object',
  summary: 'Dismiss a waiting round',
  params: roundParams,
  body: z.strictObject({ reason: z.string().min(1).max(500).optional().describe('Reason') }),
  response: RetrainingRound,
  errors: ['retraining_round_not_found', 'retraining_round_not_waiting'],
});
