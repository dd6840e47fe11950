import { z } from 'zod';
import { BudgetName } from '../../../finops/budgets/schema.ts';
import type { AlertCause } from '../../../mlops/monitoring/schema.ts';
import { ParamName, PipelineName, Scalar, WatchedData } from '../../../mlops/pipelines/schema.ts';
import { Name } from '../../../org/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { DecimalString, Money } from '../../../platform/units/schema.ts';

export const TriggerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,38}$/, 'lower-case letters, digits and dashes, at most 39, a letter first')
  .describe('Name of a trigger');

const DAY_MS = 86_400_000;
const YEARS_MS = 3650 * DAY_MS;

const lookback = (fallback: string) =>
  Duration.prefault(fallback)
    .refine((ms) => ms <= YEARS_MS, 'at most 3650d')
    .describe(`Time before the trigger at which the data starts; default ${fallback}`);

const name = TriggerName.optional().describe('Name in the history; default: its kind, numbered from the second on');

/** Episode causes that retraining on new data can resolve. */
const CAUSES = ['drift', 'quality', 'estimated_quality'] as const satisfies readonly AlertCause[];

const EpisodeTrigger = z
  .strictObject({
    episode: z
      .strictObject({
        causes: z
          .array(z.enum(CAUSES))
          .min(1)
          .default([...CAUSES])
          .describe('Causes of episodes that trigger a round'),
        states: z
          .array(z.enum(['warning', 'alert']))
          .min(1)
          .default(['alert'])
          .describe('States of episodes that trigger a round'),
        alert: z.string().min(1).max(250).optional().describe('Name of the alert in the monitor; default: any'),
      })
      .describe('Episodes of the monitor that trigger a round'),
    lookback: lookback('7d'),
    name,
  })
  .describe('An episode of an alert: data from before it opened until now');

const ScheduleTrigger = z
  .strictObject({
    cron: z.string().min(1).max(100).describe('Cron pattern of five fields'),
    timeZone: z.string().min(1).max(60).default('UTC').describe('IANA time zone that the pattern is read in'),
    lookback: lookback('30d'),
    name,
  })
  .describe('Times of the calendar: data of the last days');

const Enough = z.number().int().min(1).max(1e12);

const PredictionsTrigger = z
  .strictObject({
    predictions: Enough.describe('Number of predictions since the last training'),
    lookback: lookback('0s'),
    name,
  })
  .describe('Enough new predictions: data since the last training');

const LabelsTrigger = z
  .strictObject({
    labels: Enough.describe('Number of labels since the last training'),
    lookback: lookback('0s'),
    name,
  })
  .describe('Enough new labels: data since the last training');

const DataTrigger = z
  .strictObject({ data: WatchedData, lookback: lookback('30d'), name })
  .describe('A change of data upstream: data of the last days');

export const RetrainingTrigger = z.union([
  EpisodeTrigger,
  ScheduleTrigger,
  PredictionsTrigger,
  LabelsTrigger,
  DataTrigger,
]);
export type RetrainingTrigger = z.output<typeof RetrainingTrigger>;
export type ScheduleTrigger = z.output<typeof ScheduleTrigger>;
export type EpisodeTrigger = z.output<typeof EpisodeTrigger>;

export const TriggerKind = z
  .enum(['episode', 'schedule', 'predictions', 'labels', 'data', 'person'])
  .describe('Kind of trigger of a round');
export type TriggerKind = z.infer<typeof TriggerKind>;

export function toTriggerKind(trigger: RetrainingTrigger): Exclude<TriggerKind, 'person'> {
  if ('episode' in trigger) return 'episode';
  if ('cron' in trigger) return 'schedule';
  if ('predictions' in trigger) return 'predictions';
  return 'labels' in trigger ? 'labels' : 'data';
}

export interface NamedTrigger {
  readonly name: string;
  readonly trigger: RetrainingTrigger;
}

/** Triggers by name: one without is called by its kind, and by its number among those from the second on. */
export function nameTriggers(triggers: readonly RetrainingTrigger[]): NamedTrigger[] {
  const counts = new Map<string, number>();
  return triggers.map((trigger) => {
    const kind = toTriggerKind(trigger);
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return { name: trigger.name ?? (count === 1 ? kind : `${kind}-${count}`), trigger };
  });
}

const Triggers = z
  .array(RetrainingTrigger)
  .max(20)
  .superRefine((triggers, context) => {
    const names = nameTriggers(triggers).map((named) => named.name);
    const twice = names.findIndex((one, index) => names.indexOf(one) !== index);
    if (twice === -1) return;
    context.addIssue({ code: 'custom', path: [twice], message: `two triggers are called "${names[twice]}"` });
  })
  .describe('Triggers that start rounds');

const Worth = z
  .strictObject({
    valuePerPrediction: Money.optional().describe(
      'Value of one unit of the quality measure in one prediction, such as one more correct answer; default: the value of the monitor',
    ),
    horizon: Duration.prefault('30d')
      .refine((ms) => ms >= 3_600_000 && ms <= YEARS_MS, 'at least 1h and at most 3650d')
      .describe('Time for which the gain counts; it ends earlier at the next scheduled retraining'),
    minimumGain: DecimalString.refine((text) => !text.startsWith('-'), 'zero or more')
      .default('0')
      .describe('Least difference of gain and cost at which a round starts, in their currency'),
    whenUnknown: z.enum(['retrain', 'wait']).default('retrain').describe('Action when gain or cost is not known'),
  })
  .describe('Terms of the comparison of gain and cost');

const TestTerms = z
  .strictObject({
    heldOut: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.2)
      .describe(
        'Share of the labelled predictions that is held out of training, above 0 and up to 0.5; up to 0.5 where the window has few; default 0.2',
      ),
    completeness: z
      .number()
      .gt(0)
      .max(1)
      .default(0.95)
      .describe(
        'Share of predictions with a label at which a window counts before the time for labels is over, above 0 and up to 1; default 0.95',
      ),
  })
  .describe('Test set: held-out predictions of the window that triggered the round, with the logged answers of the champion');

/** `kind: Retraining` of `steelyard apply`. */
export const RetrainingSpec = z
  .strictObject({
    model: z.string().min(1).max(250).describe('Registered model to retrain'),
    monitor: Name.describe('Monitor of the model, with its episodes, predictions and labels'),
    pipeline: PipelineName.describe('Pipeline that trains a candidate and runs the gate'),
    params: z
      .record(ParamName, Scalar)
      .default({})
      .describe(
        'Parameters of its runs; in texts, the expressions window.start, window.end, test.start, test.end, reason, trigger, round and episode are filled in',
      ),
    alias: z
      .string()
      .regex(/^[\w-]{1,255}$/)
      .default('champion')
      .describe('Alias of the version to beat'),
    budget: BudgetName.optional().describe('Budget that must cover the expected cost of the retraining'),
    cooldown: Duration.prefault('1d')
      .refine((ms) => ms <= YEARS_MS, 'at most 3650d')
      .describe('Time after a retraining in which no other starts automatically'),
    worth: Worth.prefault({}),
    test: TestTerms.prefault({}),
    on: Triggers.default([]),
  })
  .describe('Triggers of retraining a model, and the comparison of its gain and cost');
export type RetrainingSpec = z.output<typeof RetrainingSpec>;
