import { z } from 'zod';
import { BATCH_BODY_LIMIT_BYTES, endpoint, MEDIUM_BODY_LIMIT_BYTES } from '../../../platform/contract/schema.ts';
import { Money } from '../../../platform/units/schema.ts';
import { PriceInput } from '../asked-prices/schema.ts';

const MOST_HISTORIES = 20;
const MOST_RUNS = 20_000;
const MOST_HOURS = 10_000;
/** 30 years. */
const MOST_SECONDS = 946_080_000;

const seconds = z.number().min(0).max(MOST_SECONDS);
const isSorted = (runs: readonly (readonly number[])[]) =>
  runs.every(([start = 0, end = 0], index) => start < end && (index === 0 || start > (runs[index - 1]?.[1] ?? 0)));

export const SpotHistory = z
  .strictObject({
    name: z.string().min(1).max(200).describe('Name, such as a zone'),
    lengthSeconds: seconds.gt(0).describe('Time from the first reading to the end of the last, seconds'),
    up: z
      .array(z.tuple([seconds, seconds]))
      .max(MOST_RUNS)
      .refine(isSorted, 'runs in order, each with an end after its start, that do not touch')
      .describe('When capacity could be had: [start, end) in seconds from the first reading'),
  })
  .refine(({ lengthSeconds, up }) => (up.at(-1)?.[1] ?? 0) <= lengthSeconds, 'no run may end after the history')
  .describe('When spot capacity could be had');
export type SpotHistory = z.infer<typeof SpotHistory>;

const Histories = z
  .array(SpotHistory)
  .max(MOST_HISTORIES)
  .refine(
    (all) => all.reduce((sum, { up }) => sum + up.length, 0) <= MOST_RUNS,
    `at most ${MOST_RUNS} runs in all histories together`,
  )
  .describe('Histories, one for each zone or pool');

/** From the published advisor: the share of the capacity of a type that was reclaimed in a month. */
export const InterruptionBand = z
  .enum(['<5%', '5-10%', '10-15%', '15-20%', '>20%'])
  .describe('Share of instances that were interrupted in a month, as a spot advisor states it');
export type InterruptionBand = z.infer<typeof InterruptionBand>;

const describeRatio = (what: string) => z.number().describe(`${what}, as a multiple of the hours of work`);
const describeHours = (what: string) => z.number().nullable().describe(`${what}, hours; null when not known`);
const describeSeconds = (what: string) => z.number().nullable().describe(`${what}, seconds; null when not known`);

export const SpotInterval = z
  .strictObject({
    intervalSeconds: z.number().describe('Work between two saves, seconds'),
    replayedRatio: z
      .number()
      .nullable()
      .describe('Hours paid for over hours of work, the mean of the starts; null when one does not end'),
    formulaRatio: z.number().nullable().describe('The same by 1 + d/t + t/2M + R/M; null when M is not known'),
  })
  .describe('An interval of the grid');

export const SpotZoneAdvice = z
  .strictObject({
    name: z.string().describe('Name of the history; "stated" for a given mean or band'),
    historyHours: describeHours('Length of the history'),
    availableShare: z.number().nullable().describe('Part of that time with capacity, 0 to 1; null without a history'),
    interruptions: z.number().int().describe('Times that capacity went away; 0 without a history'),
    meanHours: describeHours('Mean time between interruptions (M)'),
    lowMeanHours: describeHours('Lower end of its 95 % interval'),
    highMeanHours: describeHours('Upper end of its 95 % interval'),
    youngSeconds: describeSeconds('Interval by Young'),
    dalySeconds: describeSeconds('Interval by Daly'),
    grid: z.array(SpotInterval).describe('Intervals that were replayed; none without enough history'),
    method: z
      .enum(['replay', 'daly', 'none'])
      .describe('replay: the best of the grid on this history. daly: by the formula. none: not known'),
    reason: z.string().describe('Why by this method'),
    intervalSeconds: describeSeconds('Advised work between two saves'),
    ratio: z
      .number()
      .nullable()
      .describe('Hours paid for at this interval over hours of work: replayed, or by the formula; null when not known'),
    lowRatio: z.number().nullable().describe('2.5 % of the starts had less; null without a replay'),
    highRatio: z.number().nullable().describe('2.5 % of the starts had more; null without a replay'),
    formulaRatio: z.number().nullable().describe('By the formula, to compare with the replay; null when M is unknown'),
    medianElapsedHours: describeHours('Median time from start to end, waiting included'),
    highElapsedHours: describeHours('95th percentile of the time from start to end'),
    starts: z.number().int().describe('Starts of the replay, evenly spaced over the history; 0 without one'),
    holdOut: z
      .strictObject({
        intervalSeconds: z.number().describe('Interval that was best on the first half, seconds'),
        ratio: describeRatio('Its ratio on the second half'),
        bestRatio: describeRatio('Ratio of the best interval there, known only in hindsight'),
      })
      .nullable()
      .describe('Hold-out test of the choice; null without a replay'),
    spotBill: Money.nullable().describe('Spot price x work x ratio; null without a spot price or a ratio'),
    lowSpotBill: Money.nullable().describe('The same at the low ratio'),
    highSpotBill: Money.nullable().describe('The same at the high ratio'),
    breakEvenSpotPrice: Money.nullable().describe('Spot pays below this price for an hour; null when not known'),
    spotPays: z.boolean().nullable().describe('Whether it is cheaper than on demand; null when not known'),
  })
  .describe('Advice from one history');
export type SpotZoneAdvice = z.infer<typeof SpotZoneAdvice>;

export const SpotAdvice = z
  .strictObject({
    workHours: z.number().describe('Work of the job, hours'),
    spotPrice: Money.nullable().describe('Spot price for an hour; null when none was given'),
    onDemandPrice: Money.nullable().describe('On-demand price for an hour; null when none was given'),
    onDemandBill: Money.nullable().describe('The work on demand, without saves; null without the price'),
    zones: z.array(SpotZoneAdvice).describe('One for each history, that of the lowest ratio first'),
  })
  .describe('How often to save on spot capacity, and whether it pays');
export type SpotAdvice = z.infer<typeof SpotAdvice>;

const workHours = z.number().gt(0).max(MOST_HOURS).describe('Work of the job without saves and interruptions, hours');
const prices = {
  spotPrice: PriceInput.optional(),
  onDemandPrice: PriceInput.optional(),
};

export const adviseSpot = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/spot-advices',
  scope: 'finops.read',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary:
    'Advise the checkpoint interval of a job on spot capacity, its cost, and whether spot is cheaper; stores nothing',
  body: z
    .strictObject({
      histories: Histories.default([]),
      meanHours: z.number().gt(0).max(1e6).optional().describe('Mean time between interruptions, if known'),
      band: InterruptionBand.optional(),
      workHours,
      saveSeconds: seconds.gt(0).describe('Time of one save (d), seconds'),
      restartSeconds: seconds.describe('From capacity to the first new second of work (R), seconds'),
      ...prices,
    })
    .refine(
      ({ histories, meanHours, band }) =>
        [histories.length > 0, meanHours !== undefined, band !== undefined].filter(Boolean).length === 1,
      'either histories, or meanHours, or a band',
    ),
  response: SpotAdvice,
  errors: ['price_not_found', 'payload_too_large'],
});

export const DeadlineOutcome = z
  .strictObject({
    policy: z
      .enum(['uniformProgress', 'greedy'])
      .describe(
        'uniformProgress: the advised policy. greedy: spot or waiting until the deadline forces on-demand, for comparison',
      ),
    starts: z.number().int().describe('Random starts'),
    misses: z.number().int().describe('Number of these that ended after the deadline'),
    costRatio: z.number().describe('Cost over that of the work on demand, the mean of the starts'),
    lowCostRatio: z.number().describe('2.5 % of the starts cost less'),
    highCostRatio: z.number().describe('2.5 % of the starts cost more'),
    spotShare: z.number().describe('Part of the hours paid for that were spot, 0 to 1'),
    highElapsedHours: z.number().describe('95th percentile of the time from start to end, hours'),
    cost: Money.nullable().describe('Mean cost; null without prices'),
  })
  .describe('Result of a policy on a history');
export type DeadlineOutcome = z.infer<typeof DeadlineOutcome>;

export const DeadlineReplayReport = z
  .strictObject({
    promised: z.boolean().describe('Whether the deadline can be promised: a changeover and the work fit on demand'),
    spotPriceRatio: z.number().describe('Spot price over on-demand price'),
    onDemandCost: Money.nullable().describe('The work on demand; null without prices'),
    zones: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the history'),
          outcomes: z.array(DeadlineOutcome).describe('One for each policy'),
        }),
      )
      .describe('One for each history'),
    totals: z.array(DeadlineOutcome).describe('Over all histories, one for each policy'),
  })
  .describe('A job with a deadline on spot capacity, replayed');
export type DeadlineReplayReport = z.infer<typeof DeadlineReplayReport>;

export const replaySpotDeadline = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/deadline-replays',
  scope: 'finops.read',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  summary: 'Replay a job with a deadline on spot capacity, with on-demand capacity when required; stores nothing',
  body: z
    .strictObject({
      histories: Histories.refine((all) => all.length > 0, 'at least one history'),
      workHours,
      deadlineHours: z.number().gt(0).max(MOST_HOURS).describe('Time from start to deadline, hours'),
      changeoverSeconds: seconds
        .max(86_400)
        .describe('From the order of an instance to the first new second of work, seconds'),
      stepSeconds: seconds.min(10).default(60).describe('Time between two decisions, seconds'),
      starts: z.number().int().min(1).max(1000).default(100).describe('Random starts in each history'),
      seed: z
        .number()
        .int()
        .min(0)
        .max(2 ** 31)
        .default(1)
        .describe('Seed of the starts'),
      spotPriceRatio: z.number().gt(0).max(10).optional().describe('Spot price over on-demand price'),
      ...prices,
    })
    .refine(
      ({ spotPriceRatio, spotPrice, onDemandPrice }) =>
        spotPriceRatio === undefined
          ? spotPrice !== undefined && onDemandPrice !== undefined
          : spotPrice === undefined && onDemandPrice === undefined,
      'either spotPriceRatio, or both prices',
    ),
  response: DeadlineReplayReport,
  errors: ['price_not_found', 'payload_too_large', 'spot_replay_too_long'],
});
