import { z } from 'zod';
import { Currency, Money } from '../../platform/units/schema.ts';

const MOST_NAME_CHARACTERS = 200;
const MOST_CANDIDATES = 64;

const Name = z
  .string()
  .min(1)
  .max(MOST_NAME_CHARACTERS)
  .regex(/^\P{Cc}*$/u, 'control characters are not allowed');
const ColumnName = z.string().min(1).max(MOST_NAME_CHARACTERS);

/** A price as text or number; not negative. Exponents as other programs write them: `1e-05`. */
const Price = z
  .union([z.string().regex(/^\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,2})?$/, 'a price such as "4.1"'), z.number().min(0)])
  .transform(String);

/** A version in a file of per-example outcomes, with the names of its columns. */
export const CandidateSpec = z
  .strictObject({
    name: Name.describe('Name of the candidate, unique among the candidates'),
    correct: ColumnName.optional().describe('Column of the outcome: 1 or true, 0 or false; empty: not evaluated'),
    score: ColumnName.optional().describe('Column of a numeric score in place of `correct`; larger is better'),
    confidence: ColumnName.optional().describe('Column of the confidence of the answer; empty: unknown'),
    label: ColumnName.optional().describe('Column of the answer; not read'),
    pricePerThousand: Price.optional().describe('Price of 1,000 calls in `currency`'),
    cost: ColumnName.optional().describe(
      'Column of the cost of each call in `currency`, in place of `pricePerThousand`',
    ),
    currency: Currency.default('USD').describe('Currency of the price or cost'),
  })
  .refine(({ correct, score }) => (correct === undefined) !== (score === undefined), {
    error: 'name a column for `correct` or for `score`, not for both',
  })
  .refine(({ pricePerThousand, cost }) => pricePerThousand === undefined || cost === undefined, {
    error: 'give `pricePerThousand` or a `cost` column, not both',
  });
export type CandidateSpec = z.infer<typeof CandidateSpec>;

/** Columns of a file of per-example outcomes: one row an example, the outcome of every candidate in it. */
export const EvaluationSpec = z
  .strictObject({
    candidates: z.array(CandidateSpec).min(1).max(MOST_CANDIDATES).describe('The versions in the file'),
    fitRows: z.enum(['even', 'odd']).default('even').describe('Data rows for fitting, by 0-based row number'),
    id: ColumnName.optional().describe('Column of the example id; ids must be unique'),
    cluster: ColumnName.optional().describe('Column of a group of dependent examples, such as the caller'),
  })
  .refine(({ candidates }) => new Set(candidates.map(({ name }) => name)).size === candidates.length, {
    error: 'two candidates have the same name',
  })
  .refine(({ candidates }) => new Set(candidates.map(({ correct }) => correct === undefined)).size === 1, {
    error: 'all candidates need the same measure: `correct`, or `score`',
  });
export type EvaluationSpec = z.infer<typeof EvaluationSpec>;

export const ComparedRows = z.enum(['all', 'even', 'odd']);
export type ComparedRows = z.infer<typeof ComparedRows>;

const Verdict = z.enum(['non-inferior', 'inferior', 'inconclusive']);
export type Verdict = z.infer<typeof Verdict>;

/** An estimate with its interval; a bound is null where the data do not bound it. */
export const Estimate = z.strictObject({
  estimate: z.number().nullable().describe('Estimate; null without data'),
  lower: z.number().nullable().describe('Lower end of the interval; null: unbounded or unknown'),
  upper: z.number().nullable().describe('Upper end of the interval; null: unbounded or unknown'),
});
export type Estimate = z.infer<typeof Estimate>;

/** Costs of both sides for 1,000 calls. */
export const CostsPerThousand = z.strictObject({
  baseline: Money.describe('Cost of 1,000 calls of the baseline'),
  candidate: Money.describe('Cost of 1,000 calls of the candidate or cascade'),
});
export type CostsPerThousand = z.infer<typeof CostsPerThousand>;

const judgedFields = {
  n: z.int().describe('Examples in the comparison'),
  difference: Estimate.describe('Quality of the candidate minus quality of the baseline, paired'),
  margin: z.number().describe('Largest loss of quality that still counts as non-inferior'),
  alpha: z.number().describe('Two-sided error level: the interval has level 1 - alpha'),
  test: z.string().describe('Name of the interval or test'),
  verdict: Verdict.describe('`non-inferior`: lower end > -margin; `inferior`: upper end < -margin'),
  samplesNeeded: z.number().nullable().describe('Further examples for 80 % power at this estimate; null: unknown'),
};

/** Answer of `decide compare`. */
export const OutcomeComparison = z.strictObject({
  baseline: Name.describe('Name of the baseline'),
  candidate: Name.describe('Name of the candidate'),
  measure: z.enum(['correct', 'score']).describe('Measure of quality'),
  rows: ComparedRows.describe('Data rows in the comparison, by 0-based row number'),
  ...judgedFields,
  quality: z
    .strictObject({
      baseline: z.number().nullable().describe('Mean quality of the baseline'),
      candidate: z.number().nullable().describe('Mean quality of the candidate'),
    })
    .describe('Mean quality over the compared examples'),
  saving: Estimate.nullable().describe('Share of the cost of the baseline that the candidate saves; null: unknown'),
  savingReason: z.string().nullable().describe('Reason of an unknown saving'),
  costPerThousand: CostsPerThousand.nullable().describe('Cost of 1,000 calls; null: unknown'),
  looks: z
    .strictObject({
      kind: z.enum(['once', 'planned', 'anytime']).describe('Kind of looks'),
      count: z.int().describe('Looks that were taken'),
    })
    .describe('Looks at the data in file order'),
  decidedAt: z.int().nullable().describe('Examples at the first look with a verdict; null: none'),
  leftOut: z
    .strictObject({
      onlyBaseline: z.int().describe('Rows with an outcome of the baseline only'),
      onlyCandidate: z.int().describe('Rows with an outcome of the candidate only'),
      neither: z.int().describe('Rows without an outcome of both'),
    })
    .describe('Rows that do not pair'),
  notes: z.array(z.string()).describe('Remarks for the reader'),
});
export type OutcomeComparison = z.infer<typeof OutcomeComparison>;

export const CascadeMethod = z.enum(['split', 'learn-then-test']);
export type CascadeMethod = z.infer<typeof CascadeMethod>;

export const CascadeStage = z.strictObject({
  candidate: Name.describe('Candidate that this stage asks'),
  acceptAtConfidence: z.number().nullable().describe('The answer is taken at this confidence or above; null: always'),
  askedRatio: z.number().describe('Share of the held-out examples that reach this stage'),
  acceptedRatio: z.number().describe('Share of the held-out examples that this stage answers'),
});
export type CascadeStage = z.infer<typeof CascadeStage>;

const heldOutFields = {
  saving: z.number().describe('Share of the cost of the baseline that is saved on the held-out rows'),
  savingInterval: Estimate.describe('The same with its interval'),
  costPerThousand: CostsPerThousand.describe('Cost of 1,000 examples on the held-out rows'),
  ...judgedFields,
};

/** Answer of `cascade fit`. */
export const CascadeReport = z.strictObject({
  stages: z.array(CascadeStage).min(1).describe('Stages in the order of asking; every stage that is asked is paid'),
  baseline: Name.describe('Candidate with the best quality on the fit rows'),
  method: CascadeMethod.describe('Selection of the stages'),
  measure: z.enum(['correct', 'score']).describe('Measure of quality'),
  ...heldOutFields,
  fitted: z
    .strictObject({
      rows: z.enum(['even', 'odd']).describe('Rows that were used for the selection'),
      n: z.int().describe('Examples that were used for the selection'),
      tried: z.int().describe('Cascades that were compared'),
      saving: z.number().describe('Saving on the fit rows'),
      difference: z.number().describe('Difference of quality on the fit rows, before the correction of optimism'),
      optimism: z.number().describe('Expected loss of quality on other rows because the best of many was selected'),
      chance: z.number().nullable().describe('Predicted chance of `non-inferior` on as many other rows'),
    })
    .describe('Selection on the fit rows'),
  bestSingle: z
    .strictObject({ candidate: Name.describe('Candidate asked alone'), ...heldOutFields })
    .nullable()
    .describe('Best single candidate that costs less than the baseline, on the same held-out rows; null: none'),
  leftOut: z.int().describe('Rows without an outcome of every candidate'),
  notes: z.array(z.string()).describe('Remarks for the reader'),
});
export type CascadeReport = z.infer<typeof CascadeReport>;

export const FrontierStatus = z.enum(['frontier', 'dominated', 'tied']);

export const FrontierPoint = z.strictObject({
  name: z.string().describe('Name of the candidate'),
  quality: Estimate.describe('Quality; without a sample size its ends are null'),
  cost: z.number().describe('Cost as in the file, or of 1,000 calls for a file of outcomes'),
  n: z.int().nullable().describe('Sample size; null: unknown'),
  onPointFrontier: z.boolean().describe('No other point costs at most as much and is at least as good, by estimates'),
  status: FrontierStatus.describe('`tied`: off the frontier, and no point is better with confidence at this cost'),
  by: z.array(z.string()).describe('Frontier points that dominate it: with confidence, or for `tied` by estimates'),
  tradePrice: z
    .strictObject({
      from: z.number().describe('Lowest price of a point of quality at which it has the best value'),
      to: z.number().nullable().describe('Highest such price; null: unlimited'),
    })
    .nullable()
    .describe('Range of the price of a point of quality in which it is the best choice; null: at no price'),
});
export type FrontierPoint = z.infer<typeof FrontierPoint>;

/** Answer of `frontier evaluate`. */
export const FrontierReport = z.strictObject({
  points: z.array(FrontierPoint).describe('Points in the order of cost'),
  intervals: z.string().nullable().describe('Kind of the intervals and comparisons; null: none'),
  alpha: z.number().describe('Two-sided error level of the intervals and comparisons'),
  qualityScale: z.enum(['proportion', 'as given']).describe('`proportion`: 0 to 1, percentages divided by 100'),
  point: z.number().describe('Size of a point of quality in `tradePrice`: 0.01 of a proportion, else 1'),
  currency: z.string().nullable().describe('Currency of `cost`; null: as in the file'),
  unknownCost: z.array(z.string()).describe('Candidates without a cost, or with a cost of zero; not on the frontier'),
  unknownQuality: z.array(z.string()).describe('Candidates without a quality; not on the frontier'),
  notes: z.array(z.string()).describe('Remarks for the reader'),
});
export type FrontierReport = z.infer<typeof FrontierReport>;
