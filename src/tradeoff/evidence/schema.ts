import { z } from 'zod';
import { OutcomeSummary, PairedOutcomes } from '../../mlops/evaluations/schema.ts';
import { RunCost } from '../../mlops/runs/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { Money, Period, UtcInstant } from '../../platform/units/schema.ts';
import { ComparedUnitCosts, DemandTrace, ReplicaCapacity, ScalingBounds, UnitCost } from '../unit-cost/schema.ts';
import { ValueFigure } from '../value/schema.ts';
import { MakingCost, MakingTotal } from './making/schema.ts';

export type { MakingCost };

export const Interval = z
  .strictObject({
    lower: z.number().describe('Lower bound, unit of the value'),
    upper: z.number().describe('Upper bound, unit of the value'),
    level: z.number().min(0).max(1).describe('Confidence level, 0 to 1'),
  })
  .describe('Confidence interval');

export const QualityEvidence = z
  .strictObject({
    metric: z.string().describe('MLflow metric name'),
    value: z.number().describe('Latest value of the metric, in its own unit'),
    interval: Interval.nullable().describe(
      'From the metrics NAME.ci_lower and NAME.ci_upper; null when they were not logged',
    ),
    sampleSize: z.number().nullable().describe('From the metric NAME.n; null when it was not logged'),
    measuredAt: UtcInstant.nullable().describe('When the metric was logged'),
    source: z.string().describe('Location of the figure'),
  })
  .describe('A measured quality of a model version');
export type QualityEvidence = z.infer<typeof QualityEvidence>;

export const CostEvidence = z
  .strictObject({
    cost: Money.nullable().describe('Cost; null when unknown'),
    reason: z.string().nullable().describe('Reason for an unknown or incomplete figure; null when complete'),
    basis: z
      .enum(['metered', 'billed', 'reconciled'])
      .describe('Metered: our usage times a price. Billed: from the bill'),
    intervals: z.number().int().describe('Usage intervals behind it'),
    predictions: z.number().int().nullable().describe('Predictions behind a cost per prediction; null for training'),
    window: Period.nullable().describe('Window of the measurement'),
    source: z.string().describe('Origin of the figure'),
  })
  .describe('A measured cost of a model version');
export type CostEvidence = z.infer<typeof CostEvidence>;

const TableReference = {
  evaluation: z.string().describe('Id of the evaluation'),
  runId: z.string().describe('Run that it belongs to'),
  evaluationVersion: z.number().int().describe('Version of the evaluation'),
  sha256: z.string().describe('SHA-256 of its rows'),
  rows: z.number().int().describe('Examples'),
  window: Period.optional().describe('Time of the predictions of an evaluation of logged predictions; else left out'),
  importedAt: UtcInstant.describe('Time of the import'),
};

export const OutcomeEvidence = z
  .strictObject({
    metric: z.string().describe('Metric of the rule that asks for it'),
    name: z.string().describe('Name of the evaluation'),
    ...TableReference,
    ...OutcomeSummary.shape,
    examplesPerDay: z
      .number()
      .nullable()
      .describe('Growth of the evaluation over its versions, examples a day; null when it has not grown'),
  })
  .describe('Outcomes of a version over all of its examples');
export type OutcomeEvidence = z.infer<typeof OutcomeEvidence>;

export const PairedEvidence = z
  .strictObject({
    metric: z.string().describe('Metric of the rule that asks for it'),
    baseline: z.strictObject(TableReference).describe('Table of the champion'),
    overlap: z.number().min(0).max(1).describe('Pairs divided by the examples of the larger table, 0 to 1'),
    paired: PairedOutcomes,
  })
  .describe('Outcomes of a version and the champion on the same examples');
export type PairedEvidence = z.infer<typeof PairedEvidence>;

export const LatencyEvidence = z
  .strictObject({
    source: z.string().describe('Origin of the latencies'),
    boundMs: z.number().describe('Bound of the policy in ms'),
    n: z.number().int().describe('Measured latencies'),
    above: z.number().int().describe('Latencies above the bound'),
    p95Ms: z.number().describe('95th percentile in ms'),
    sha256: z.string().nullable().describe('SHA-256 of the evaluation; null for recorded traffic'),
  })
  .describe('Latencies of a version against the bound of a policy');
export type LatencyEvidence = z.infer<typeof LatencyEvidence>;

export const RequestEvidence = z
  .strictObject({
    source: z.string().describe('Origin of the counts'),
    n: z.number().int().describe('Requests'),
    errors: z.number().int().describe('Requests that failed'),
    window: Period.describe('Window of the requests'),
  })
  .describe('Requests that a version answered, and those that failed');
export type RequestEvidence = z.infer<typeof RequestEvidence>;

export const LiveQuality = z
  .strictObject({
    metric: z.string().describe('Metric of the monitor'),
    kind: z
      .enum(['measured', 'estimated'])
      .describe(
        'measured: on labels of predictions whose time for labels is over; estimated: without labels, no test uses it',
      ),
    value: z.number().nullable().describe('Value, in the unit of the metric; null: none'),
    interval: Interval.nullable().describe('95 % interval; null with too few predictions'),
    n: z.number().int().describe('Labelled predictions with a value; for an estimate, all predictions'),
    predictions: z.number().int().describe('Logged predictions in the window'),
    completeness: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('Labelled predictions / predictions, 0 to 1; null for an estimate'),
    window: Period.describe('Time of the predictions'),
    monitor: z.string().describe('Monitor that defines metric and label'),
  })
  .describe('Quality of a version in traffic');
export type LiveQuality = z.infer<typeof LiveQuality>;

const LiveSide = z
  .strictObject({
    version: z.string().describe('Model version'),
    predictions: z.number().int().describe('Logged predictions in the window'),
    labelled: z.number().int().describe('Those with a label'),
    n: z.number().int().describe('Those with a value of the metric'),
    mean: z.number().describe('Mean, in the unit of the metric'),
    variance: z.number().nullable().describe('Sample variance; null with one prediction'),
    inflation: z
      .number()
      .min(1)
      .describe('Variance of the mean with entities as clusters, divided by that of independent predictions'),
  })
  .describe('Matured predictions of one version');

export const LiveEvidence = z
  .strictObject({
    metric: z.string().describe('Metric of the rule that asks for it'),
    monitor: z.string().nullable().describe('Monitor of the model; null: it has none'),
    kind: z.enum(['binary', 'score']).nullable().describe('binary: 0 or 1; score: a number; null without cohorts'),
    window: Period.nullable().describe('Common time of both cohorts, whose time for labels is over; null: none'),
    candidate: LiveSide.nullable().describe('Candidate; null without a cohort'),
    champion: LiveSide.nullable().describe('Champion; null without one'),
    estimated: LiveQuality.nullable().describe('Estimate for the candidate while it has no cohort; no test uses it'),
    reason: z.string().nullable().describe('Why there are no cohorts; null: there are'),
  })
  .describe('Candidate and champion in traffic at the same time');
export type LiveEvidence = z.infer<typeof LiveEvidence>;

export const Approval = z
  .strictObject({
    account: z.string().describe('Account that approved'),
    role: z.string().describe('Role of the account at that time'),
    at: UtcInstant.describe('Time of the approval'),
    note: z.string().optional().describe('Reason that the account stated; left out without one'),
    declined: z.literal(true).optional().describe('The account declined the version; left out for an approval'),
  })
  .describe('Approval of a version for a policy version, or its refusal by a person');
export type Approval = z.infer<typeof Approval>;

export const GateFacts = z
  .strictObject({
    at: UtcInstant.describe('Time of the evaluation'),
    outcomes: z.array(OutcomeEvidence).describe('Outcomes of the candidate by metric'),
    pairs: z.array(PairedEvidence).describe('Candidate and champion on the same examples, by metric'),
    live: z
      .array(LiveEvidence)
      .optional()
      .describe('Versions in traffic, by metric; left out where no rule asks for it, and in older decisions'),
    latency: LatencyEvidence.nullable().describe('Latencies; null when none were measured or the policy bounds none'),
    requests: RequestEvidence.nullable().describe('Requests; null when none were recorded or the policy bounds none'),
    look: z
      .strictObject({
        number: z
          .number()
          .int()
          .positive()
          .nullable()
          .describe('Number of this look at the outcomes; null: the looks of the policy are spent'),
        spentAt: UtcInstant.nullable().describe('Time of the first evaluation of these outcomes; null when refused'),
        previous: z
          .array(z.record(z.string().describe('Metric'), z.number().describe('Examples of that look')))
          .describe('Examples of earlier looks by metric, oldest first'),
      })
      .nullable()
      .describe('Look at the outcomes; null while evidence of a test is missing, which spends no look'),
    approvals: z
      .array(Approval)
      .nullable()
      .describe('Approvals of this version for this version of the policy; null for a run that is not registered'),
    requestedBy: z.string().nullable().describe('Account that requested the evaluation; null when not known'),
    lostChampion: z.string().nullable().describe('Version that the alias pointed to and that is gone; null otherwise'),
    rejectsBy: z
      .literal('holm')
      .optional()
      .describe(
        "Tests of quality and SLOs fail by Holm's rule, with an error of alpha for all of them together; left out in older decisions, whose tests fail at alpha each",
      ),
  })
  .describe('Facts that only a gate gathers');
export type GateFacts = z.infer<typeof GateFacts>;

export const VersionEvidence = z
  .strictObject({
    model: z.string().describe('Registered model'),
    version: z.string().describe('Model version'),
    aliases: z.array(z.string()).describe('Aliases that point to it'),
    runId: z.string().nullable().describe('Run that made it'),
    createdAt: UtcInstant.describe('When it was registered'),
    quality: z.array(QualityEvidence).describe('Metrics of its run, by name'),
    trainingCost: CostEvidence.describe(
      'Cost of the run that made it: effective cost of the bill where it covers all metered hours, else metered',
    ),
    makingCost: MakingCost.nullable()
      .optional()
      .describe(
        'Cost to make it: its run, the search that it was chosen from and the steps of its pipeline run; null without a run; in decisions only where the policy has a rule for it',
      ),
    value: z
      .array(ValueFigure)
      .optional()
      .describe(
        'Value of a prediction by source, the measured one first; empty without outcome events and statements; in decisions only where the policy has a rule for it',
      ),
    unitCosts: z
      .array(UnitCost)
      .optional()
      .describe('Cost per 1,000 predictions by basis and hardware; left out in decisions from before it had a basis'),
    scaling: z
      .array(ScalingBounds)
      .optional()
      .describe('Scaling policies of endpoints that serve the model; left out in decisions from before they were kept'),
    demandPerMonth: z
      .number()
      .nullable()
      .optional()
      .describe(
        'Predictions a month of all versions of the model, at the rate of the last seven days; null when no endpoint served it; left out in older decisions',
      ),
    demandTrace: DemandTrace.nullable()
      .optional()
      .describe(
        'Recorded requests of the model by the hour; null when not exactly one endpoint serves it; only in evidence that a gate gathered with a rule at demand',
      ),
    capacities: z
      .array(ReplicaCapacity)
      .optional()
      .describe(
        'Capacities of a replica at the SLOs that a policy asks for; only in evidence that a gate gathered with a rule at demand',
      ),
    costPerThousandPredictions: CostEvidence.optional().describe(
      'Only in decisions from before unit costs had a basis: all metered inference cost divided by all predictions, times 1,000',
    ),
    pricesAsOf: UtcInstant.nullable()
      .optional()
      .describe(
        'Date of the oldest price behind the unit costs; null when no price was used; left out in older decisions',
      ),
    gate: GateFacts.optional().describe(
      'Facts for the tests, approvals and freshness of a policy; only in evidence of a candidate that a gate gathered',
    ),
    live: z
      .array(LiveQuality)
      .optional()
      .describe(
        'Quality in traffic; empty: no logged predictions or no monitor; only in the evidence of a single version',
      ),
    runCost: RunCost.nullable()
      .optional()
      .describe('Cost of its run; null without a run, left out in decisions from before it was kept'),
  })
  .describe('Quality and cost of a model version, side by side');
export type VersionEvidence = z.infer<typeof VersionEvidence>;

export const getVersionEvidence = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/versions/:version/evidence',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'Get quality and cost of one model version',
  params: z.strictObject({ model: z.string().describe('Registered model'), version: z.string().describe('Version') }),
  response: VersionEvidence.extend({
    priceBooks: z.array(z.string()).describe('Price books behind the costs, with their versions'),
    billDeliveries: z.array(z.string()).describe('Deliveries of bills that reconciled costs are from'),
  }).describe('Evidence with its price books and deliveries of bills'),
  errors: ['model_not_found', 'model_version_not_found', 'currency_mismatch'],
});

export const listModelEvidence = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/evidence',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'List quality and cost of every version of a model, newest first',
  params: z.strictObject({ model: z.string().describe('Registered model') }),
  response: z.strictObject({
    versions: z.array(VersionEvidence).describe('Versions, newest first'),
    compared: ComparedUnitCosts,
    makingTotal: MakingTotal,
  }),
  errors: ['model_not_found', 'currency_mismatch'],
});
