import { z } from 'zod';
import { Assignment, defineHandlingEndpoints, Work } from '../../platform/acknowledgements/schema.ts';
import { endpoint, PartialAnswer } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month, MonthOrDay, UtcInstant } from '../../platform/units/schema.ts';
import { EpisodeKind } from '../anomaly-detection/schema.ts';
import { Effects } from '../costs/schema.ts';
import { measures, verdicts } from './selection/schema.ts';

const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-11-01')
  .refine((day) => !Number.isNaN(Date.parse(`${day}T00:00:00Z`)), 'a day that exists')
  .describe('UTC day');

export const AnomalyMeasure = z
  .enum(measures)
  .describe(
    'Measure that is anomalous: cost, quantity of a SKU, cost of a unit of it, cost of 1,000 predictions, cost of idle GPU time, or used share of paid GPU time (0 to 1)',
  );

export const AnomalySlice = z
  .array(
    z
      .strictObject({
        dimension: z.string().describe('A dimension that costs can be filtered by'),
        value: z.string().describe('Its value'),
      })
      .describe('One condition'),
  )
  .describe('Conditions that select charges of the ledger, all of which must hold; empty: the whole ledger');
export type AnomalySlice = z.infer<typeof AnomalySlice>;

export const AnomalyVerdict = z
  .enum(verdicts)
  .describe(
    'expected: the new usual level; planned: known beforehand and not counted; wrong: no anomaly, and the alarm threshold rises',
  );
export type AnomalyVerdict = z.infer<typeof AnomalyVerdict>;

export const AnomalyFeedback = z
  .strictObject({
    verdict: AnomalyVerdict,
    until: Day.nullable().describe('Planned: the last day of the plan; null of the others'),
    note: z.string().nullable().describe('Reason; null without one'),
    by: z.string().describe('Account that gave the verdict'),
    at: UtcInstant.describe('When'),
    afterDay: Day.describe('Last day that was evaluated then; the verdict applies to the days after it'),
    from: z
      .string()
      .nullable()
      .describe('Id of the earlier anomaly whose verdict applies to this one; null: its own verdict'),
  })
  .describe('Verdict of a person on the anomaly');
export type AnomalyFeedback = z.infer<typeof AnomalyFeedback>;

export const AnomalyState = z
  .enum(['open', 'ended', 'restated', 'withdrawn', 'merged'])
  .describe(
    'open: it continues; ended: the usual is back, or it is the usual now; restated: later bills changed the cost of its days and do not show it; withdrawn: its days cost the same, but the bills of other days do not make them an anomaly; merged: it turned out to be one with another',
  );

export const Restatement = z
  .strictObject({
    at: UtcInstant.describe('When the change of the bills was detected'),
    actualBefore: DecimalString.describe('Value of its days before, in the unit of the measure'),
    actualNow: DecimalString.describe('Value of the same days now'),
    difference: DecimalString.describe('actualNow - actualBefore, exact'),
  })
  .describe('How later bills changed its days');

export const Anomaly = z
  .strictObject({
    id: z.string().describe('Id, `an_…`'),
    measure: AnomalyMeasure,
    kind: EpisodeKind,
    direction: z
      .enum(['over', 'under'])
      .describe('In money. `over`: more than expected, or the same cost for less usage. `under`: the opposite'),
    slice: AnomalySlice,
    except: AnomalySlice.describe(
      'Charges of the slice that belong to other anomalies of the same days, one condition for each',
    ),
    seenIn: z.array(AnomalySlice).describe('Evaluated slices of the ledger that show it'),
    state: AnomalyState,
    mergedInto: z.string().nullable().describe('Merged: id of the other; else null'),
    start: Day.describe('Its first day'),
    end: Day.describe('Its last day; of one that is open, the last that was judged'),
    days: z.number().int().describe('Days from its first to its last'),
    currency: Currency.nullable().describe('Currency of its amounts; null when the measure is not money'),
    unit: z.string().nullable().describe('Pricing unit of a quantity or a unit cost; null of costs'),
    actual: DecimalString.describe(
      'Value of its days, exact: cost, quantity, mean cost of a unit or of 1,000 predictions, or share of GPU time',
    ),
    expected: DecimalString.describe('Expected value of its days, an estimate'),
    impact: DecimalString.nullable().describe(
      'Money above the expected amount, negative below it: actual - expected of a cost; for a rate, the cost of its change; null when no price is known',
    ),
    differences: z
      .array(
        z
          .strictObject({ day: Day, amount: DecimalString.describe('actual - expected of the day') })
          .describe('A day of it'),
      )
      .describe('For a cost: actual - expected of each of its days; they sum to `impact`'),
    title: z
      .string()
      .nullable()
      .default(null)
      .describe('Title, with SKUs by their description or meter; null for anomalies stored before titles existed'),
    sentence: z.string().describe('Description of the anomaly, one sentence'),
    foundAt: UtcInstant.describe('When it was found'),
    restatement: Restatement.nullable().describe('Null: bills have not changed its days since'),
    feedback: AnomalyFeedback.nullable().describe('Null: no feedback'),
    spend: z
      .array(
        z.strictObject({
          dimension: z.string().nullable().describe('Dimension of the scope; null: everything'),
          value: z.string().nullable().describe('Its value; null: everything'),
          amount: DecimalString.describe('Exact effective cost in the currency of the anomaly'),
        }),
      )
      .default([])
      .describe('Spend of each scope that contains it, over the 30 days to its last day; empty: unknown'),
    repeats: z.array(z.string()).describe('Ids of other anomalies with the same measure, side and slice'),
    isMinor: z
      .boolean()
      .describe('Whether its impact is below `anomalyMinImpactPercent` of the spend of the requested scope'),
    related: z
      .array(z.string())
      .describe('Ids of anomalies of another measure, of the same days and the same owner: likely of the same cause'),
    counts: z
      .boolean()
      .describe(
        'Whether it is in the totals: not when it is minor, or was planned, expected, wrong, restated, withdrawn or merged',
      ),
    assigned: Assignment.nullable().describe('Owner; null: none'),
    work: Work.nullable().describe('State of the work; null: open'),
  })
  .describe('Anomalous days of one cause');
export type Anomaly = z.infer<typeof Anomaly>;

export const AnomalyPoint = z
  .strictObject({
    day: Day,
    actual: DecimalString.nullable().describe('Value of the slice; null when unknown'),
    expected: DecimalString.nullable().describe('Expected value; null while there are too few values'),
    lower: DecimalString.nullable().describe('Three standard deviations below; null with `expected`'),
    upper: DecimalString.nullable().describe('Three standard deviations above; null with `expected`'),
  })
  .describe('A day of its series');

const change = {
  expected: DecimalString.describe('Cost before it, brought to the days and the level that were expected'),
  actual: DecimalString.describe('Exact cost'),
  change: DecimalString.describe('actual - expected'),
};

export const AnomalyDriver = z
  .strictObject({
    serviceName: z.string().nullable().describe('FOCUS ServiceName; null for none'),
    sku: z.string().nullable().describe('SKU, meter or description of the charge; null for none'),
    description: z.string().nullable().describe('A ChargeDescription of it; null for none'),
    chargeCategory: z.string().nullable().describe('FOCUS ChargeCategory; null for none'),
    unit: z.string().nullable().describe('FOCUS PricingUnit; null when nothing is measured'),
    expectedQuantity: DecimalString.nullable().describe('Quantity that was expected; null when nothing is measured'),
    actualQuantity: DecimalString.nullable().describe('Quantity; null when nothing is measured'),
    ...change,
    effects: Effects,
  })
  .describe('A SKU and its effect on the cost; the effects sum to its change');
export type AnomalyDriver = z.infer<typeof AnomalyDriver>;

export const AnomalyRow = z
  .strictObject({
    values: z
      .record(z.string(), z.string().nullable())
      .describe('Team, SKU, resource, region and other dimensions of it; null for none'),
    chargeCategory: z.string().nullable().describe('FOCUS ChargeCategory; null for none'),
    rows: z.number().int().describe('Bill rows, or shares of rows, on its days'),
    ...change,
    filter: z.array(z.string()).describe('Filters by which `cost rows` lists them; empty of GPUs'),
  })
  .describe('Charges behind it that are alike, or the time of a GPU and its owner');
export type AnomalyRow = z.infer<typeof AnomalyRow>;

export const AnomalyEvidence = z.strictObject({
  points: z.array(AnomalyPoint).describe('Four weeks before it, its days, and two weeks after'),
  baseline: z.strictObject({ from: Day, to: Day }).describe('Days of the comparison, both included'),
  effects: Effects.describe('Price, volume, mix and the rest; they add up to actual - expected of its cost exactly'),
  cost: z.strictObject(change).describe('Its cost, whatever the measure'),
  drivers: z.array(AnomalyDriver).describe('SKUs, largest change first, twenty at most'),
  rows: z.array(AnomalyRow).describe('Charges, largest change first, fifty at most'),
  otherRows: z
    .strictObject({ count: z.number().int().describe('Kinds of charges that are not listed'), ...change })
    .nullable()
    .describe('Sum of the others; null when all are listed'),
  filter: z
    .array(z.string())
    .describe('Filters by which `cost rows` lists every row of it; empty of GPUs, whose time `gpu owners` lists'),
});
export type AnomalyEvidence = z.infer<typeof AnomalyEvidence>;

export const AnomalyDetail = z
  .strictObject({
    ...Anomaly.shape,
    evidence: AnomalyEvidence.nullable().describe('Evidence for the anomaly; null when it has no money'),
  })
  .describe('An anomaly with its evidence');
export type AnomalyDetail = z.infer<typeof AnomalyDetail>;

export const AnomalyTotals = z
  .strictObject({
    currency: Currency,
    over: DecimalString.describe('Money above the expected amounts, exact'),
    under: DecimalString.describe(
      'Money below the expected amounts, as a positive number, exact; not offset against `over`',
    ),
    wasted: DecimalString.describe(
      'Cost of GPUs and predictions above the expected cost of their usage, exact; it is part of the same bills and not added to `over`',
    ),
    gained: DecimalString.describe('The same below the expected cost, as a positive number, exact'),
    anomalies: z.number().int().describe('Anomalies that count'),
    open: z.number().int().describe('Number of these that are open'),
  })
  .describe('Both sides, by currency');

export const LedgerJudging = z
  .strictObject({
    judgedAt: UtcInstant.describe('When the ledger was last judged'),
    from: Day.nullable().describe('First evaluated day; null without a bill'),
    through: Day.nullable().describe('Last evaluated day of bills; null without a bill'),
    gpusThrough: Day.nullable()
      .default(null)
      .describe('Last evaluated day of GPU readings; null without readings for a month'),
    series: z.number().int().describe('Number of evaluated series; the alarm threshold rises with it'),
    slices: z.number().int().describe('Slices of the ledger that they are of'),
    falseAlarmsPer30Days: z
      .number()
      .describe('False alarms that are accepted in thirty days, over all series together'),
    alarmStrength: z.number().describe('Standard deviations that are an alarm for this many series'),
    sources: z
      .array(
        z.strictObject({
          source: z.string().describe('Source of bills'),
          through: Day.describe('Day through which it has delivered'),
        }),
      )
      .describe('Last delivered day of each source'),
    longer: z
      .array(z.strictObject({ currency: Currency, amount: DecimalString.describe('Exact sum') }))
      .describe('Charges for longer than a day, which are not judged by day'),
  })
  .describe('How the ledger was judged');
export type LedgerJudging = z.infer<typeof LedgerJudging>;

const AnomalyId = z
  .string()
  .regex(/^an_[0-9a-f]{16}$/, 'an id such as an_0123456789abcdef')
  .describe('Id of the anomaly');

const Selection = z.strictObject({
  state: AnomalyState.optional().describe('Only those in this state'),
  direction: Anomaly.shape.direction
    .optional()
    .describe('Only anomalies above, or only anomalies below the expected value'),
  measure: AnomalyMeasure.optional().describe('Only of this measure'),
  team: z.string().min(1).max(250).optional().describe('Only of slices of this team'),
  period: Month.optional().describe('Only those with a day in this month; money is that of its days in it'),
  from: MonthOrDay.optional().describe('First month or UTC day of a range, as `period` selects; it replaces `period`'),
  to: MonthOrDay.optional().describe('Last month or UTC day of the range (included)'),
  feedback: z
    .enum(['none', ...verdicts])
    .optional()
    .describe('Only those with this verdict, or `none` without any'),
  owner: z
    .string()
    .min(1)
    .max(250)
    .optional()
    .describe('Only those assigned to this account or team; `none`: without an owner'),
});
export type AnomalySelection = z.infer<typeof Selection>;

export const listAnomalies = endpoint({
  method: 'GET',
  path: '/api/v1/anomalies',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List anomalies of the ledger: open ones first, then the latest',
  query: Selection,
  response: z.strictObject({
    anomalies: z.array(Anomaly).describe('One for each cause, five hundred at most'),
    others: z.number().int().describe('Anomalies that are not listed'),
    totals: z.array(AnomalyTotals).describe('Totals of all selected anomalies that count, listed or not'),
    minor: z.number().int().describe('Selected anomalies that do not count only because they are minor'),
    minImpactPercent: z.number().describe('Setting `anomalyMinImpactPercent`'),
    judging: LedgerJudging.nullable().describe('Null: the ledger has not been judged yet'),
    partial: PartialAnswer,
  }),
  errors: [],
});
export type AnomalyList = z.infer<typeof listAnomalies.response>;

/** Groups the repeats of a cause after the first one; the first ones keep their order. */
export function groupRepeats(
  anomalies: readonly Anomaly[],
): { readonly first: Anomaly; readonly repeats: Anomaly[] }[] {
  const groups: { first: Anomaly; repeats: Anomaly[] }[] = [];
  for (const anomaly of anomalies) {
    const known = groups.find(({ first }) => first.repeats.includes(anomaly.id));
    if (known === undefined) groups.push({ first: anomaly, repeats: [] });
    else known.repeats.push(anomaly);
  }
  return groups;
}

export const anomaliesCsv = endpoint({
  ...listAnomalies,
  path: '/api/v1/anomalies.csv',
  summary: 'Export the anomalies as CSV',
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
});

export const getAnomaly = endpoint({
  method: 'GET',
  path: '/api/v1/anomalies/:anomaly',
  scope: 'finops.read',
  reads: ['money', 'object'],
  summary: 'Get one anomaly with its series, its effects of price, volume and mix, and its rows',
  params: z.strictObject({ anomaly: AnomalyId }),
  response: AnomalyDetail,
  errors: ['anomaly_not_found'],
});

export const NewFeedback = z.strictObject({
  verdict: AnomalyVerdict,
  until: Day.optional().describe(
    'Planned: the last day of the plan; its last day, or two weeks on while it is open, when left out',
  ),
  note: z.string().min(1).max(2000).optional().describe('Why'),
});

export const giveAnomalyFeedback = endpoint({
  method: 'PUT',
  path: '/api/v1/anomalies/:anomaly/feedback',
  scope: 'finops.write',
  summary: 'Give feedback on an anomaly: expected, planned or wrong; later alarms use it',
  params: z.strictObject({ anomaly: AnomalyId }),
  body: NewFeedback,
  response: Anomaly,
  errors: ['anomaly_not_found', 'anomaly_feedback_invalid'],
});

export const undoAnomalyFeedback = endpoint({
  method: 'DELETE',
  path: '/api/v1/anomalies/:anomaly/feedback',
  scope: 'finops.write',
  summary: 'Withdraw the feedback on an anomaly; alarms are re-evaluated without it',
  params: z.strictObject({ anomaly: AnomalyId }),
  response: Anomaly,
  errors: ['anomaly_not_found'],
});

export const anomalyHandling = defineHandlingEndpoints({
  ...{ noun: 'anomaly', path: '/api/v1/anomalies/:anomaly', param: 'anomaly', notFound: 'anomaly_not_found' },
  ...{ read: 'finops.read', write: 'finops.write', reads: ['money', 'object'] },
});
