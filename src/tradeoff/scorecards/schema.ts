import { z } from 'zod';
import { ModelName, Version } from '../../mlops/registry/schema.ts';
import { endpoint, NextPageToken, PageQuery, PartialAnswer } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';
import { Verdict } from '../gates/schema.ts';
import { ReturnDay } from '../returns/schema.ts';
import {
  CostMeasure,
  DriftMeasure,
  GpuMeasure,
  LatencyMeasure,
  MeasureStatus,
  QualityMeasure,
  RoiMeasure,
  ScorecardDays,
} from './measures/schema.ts';

export type { MeasureStatus, ScorecardDays } from './measures/schema.ts';

export const ModelScorecard = z
  .strictObject({
    model: ModelName,
    description: z.string().nullable().describe('Purpose of the model; null: no description'),
    team: z.string().nullable().describe('Owner team by the tag steelyard.team; null: none'),
    project: z.string().nullable().describe('Project by the tag steelyard.project; null: none'),
    versions: z.number().int().describe('Number of versions'),
    latestVersion: Version.nullable().describe('Newest version; null: no version yet'),
    aliases: z
      .array(z.strictObject({ alias: z.string().describe('Name of the alias'), version: Version }))
      .describe('Aliases by name'),
    current: Version.nullable().describe(
      'Version of the alias of its policy, else of `champion`, else the newest; null: no version yet',
    ),
    lastDecision: z
      .strictObject({
        decision: z.string().describe('Id of the decision'),
        version: Version,
        verdict: Verdict,
        policy: z.string().describe('Policy'),
        at: UtcInstant.describe('Time of the decision'),
      })
      .nullable()
      .describe('Newest decision about a version; null: none'),
    status: MeasureStatus.describe(
      'Worst status of the six measures; unknown measures count only when all are unknown',
    ),
    statusReason: z.string().describe('Reason for the status, one sentence'),
    cost: CostMeasure,
    gpu: GpuMeasure,
    roi: RoiMeasure,
    quality: QualityMeasure,
    latency: LatencyMeasure,
    drift: DriftMeasure,
  })
  .describe('Six measures of a model');
export type ModelScorecard = z.infer<typeof ModelScorecard>;

const RangeQuery = {
  from: ReturnDay.optional().describe('First day; default: 30 days that end with `to`'),
  to: ReturnDay.optional().describe('Last day; default: the last whole day of the bills, else today'),
};

/** Models of a page, however many are requested. */
export const MOST_SCORECARDS = 50;

export const ScorecardPage = z
  .strictObject({
    range: ScorecardDays.describe('Requested days'),
    scorecards: z.array(ModelScorecard).describe('One page of models by name'),
    nextPageToken: NextPageToken,
  })
  .describe('Scorecards of registered models');
export type ScorecardPage = z.infer<typeof ScorecardPage>;

export const listModelScorecards = endpoint({
  method: 'GET',
  path: '/api/v1/model-scorecards',
  scope: 'tradeoff.read',
  reads: ['totals', 'team'],
  summary: 'List registered models with cost, GPU hours, return, quality, latency and drift in a range of days',
  query: z.strictObject({
    ...RangeQuery,
    team: z.string().min(1).max(250).optional().describe('Only models of this team'),
    pageSize: PageQuery.pageSize.describe(`Models of a page; at most ${MOST_SCORECARDS} are listed`),
    pageToken: PageQuery.pageToken,
  }),
  response: z.strictObject({ ...ScorecardPage.shape, partial: PartialAnswer }).describe('Page of scorecards'),
  errors: ['invalid_request', 'invalid_page_token'],
});

export const getModelScorecard = endpoint({
  method: 'GET',
  path: '/api/v1/model-scorecards/:model',
  scope: 'tradeoff.read',
  reads: ['totals', 'object'],
  summary: 'Get the scorecard of a model: cost, GPU hours, return, quality, latency and drift in a range of days',
  params: z.strictObject({ model: ModelName }),
  query: z.strictObject(RangeQuery),
  response: z
    .strictObject({ range: ScorecardDays.describe('Requested days'), scorecard: ModelScorecard })
    .describe('Scorecard of a model'),
  errors: ['invalid_request', 'model_not_found'],
});
