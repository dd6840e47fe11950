import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { seriesColumns, seriesFileErrors } from '../../platform/csv/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

export const DetectionSettings = z.strictObject({
  ...seriesColumns,
  counter: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Whether the values are a counter; then their increase is evaluated'),
});
export type DetectionSettings = z.output<typeof DetectionSettings>;

export const SeriesPoint = z.strictObject({
  at: UtcInstant.describe('Time of the point'),
  value: z.number().nullable().describe('Value, or the increase of a counter; null when unknown'),
  score: z
    .number()
    .nullable()
    .describe(
      '0 (as usual) to 1 by this point and those before it; an alarm from 0.5 on; null while too little is known',
    ),
  expected: z.number().nullable().describe('Expected value; null while there are too few values'),
});
export type SeriesPoint = z.infer<typeof SeriesPoint>;

export const EpisodeKind = z
  .enum(['spike', 'dip', 'level_shift', 'zero'])
  .describe('Values above (spike) or below (dip) the expected value, a new lasting level, or zero');
export type EpisodeKind = z.infer<typeof EpisodeKind>;

export const AnomalyEpisode = z.strictObject({
  start: UtcInstant.describe('Time of its first point'),
  end: UtcInstant.describe('Time of its last point'),
  kind: EpisodeKind,
  impact: z.number().describe('Sum of value minus expected over its points, in the unit of the values'),
  points: z.number().int().describe('Number of its points'),
  open: z.boolean().describe('Whether it is open at the end of the series'),
});
export type AnomalyEpisode = z.infer<typeof AnomalyEpisode>;

export const DetectionMethod = z
  .enum(['changes', 'novelty'])
  .describe('changes: of the level, for a point a day or fewer; novelty: of values, for more');
export type DetectionMethod = z.infer<typeof DetectionMethod>;

export const DetectionReport = z.strictObject({
  points: z
    .array(SeriesPoint)
    .describe('A point for each row, in the order of the rows; of a counter in the order of time'),
  episodes: z.array(AnomalyEpisode).describe('Runs of anomalous points of one cause, the earliest first'),
  method: DetectionMethod.nullable().describe('Method of the evaluation; null when the series is too short'),
  remarks: z.array(z.string()).describe('Remarks on the series, one sentence each'),
});
export type DetectionReport = z.infer<typeof DetectionReport>;

export const detectAnomalies = endpoint({
  method: 'POST',
  path: '/api/v1/anomaly-detections',
  scope: 'finops.read',
  reads: 'none',
  summary: 'Detect anomalies in a series (CSV, gzip or not), each point from those before it; stores nothing',
  query: DetectionSettings,
  accepts: 'bytes',
  response: DetectionReport,
  errors: seriesFileErrors,
});
