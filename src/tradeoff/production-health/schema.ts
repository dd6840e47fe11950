import { z } from 'zod';
import { AlertEpisode } from '../../mlops/monitoring/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { Day, Period, UtcInstant } from '../../platform/units/schema.ts';

export const HealthStatus = z
  .enum(['healthy', 'degraded', 'unhealthy', 'unknown'])
  .describe(
    'healthy: no problem is known; degraded: a limited problem, or recovery of the running version is not proven; unhealthy: the running version has an alert, or requests fail; unknown: no requests and no measurements',
  );
export type HealthStatus = z.infer<typeof HealthStatus>;

export const AlertStandingOnVersion = z
  .enum(['open', 'cleared', 'not_proven'])
  .describe(
    'open: the running version has the condition; cleared: only earlier versions had it, and enough data of the running version is within the bound; not_proven: too little data of the running version',
  );
export type AlertStandingOnVersion = z.infer<typeof AlertStandingOnVersion>;

const Version = z.string().describe('Version of the model');

export const RunningVersionVerdict = z
  .strictObject({
    version: Version,
    since: UtcInstant.nullable().describe('Time since which the version answers; null: unknown'),
    standing: AlertStandingOnVersion,
    has: z
      .number()
      .int()
      .nullable()
      .describe('Predictions or requests of the version that count for the verdict; null: not counted'),
    needs: z
      .number()
      .int()
      .nullable()
      .describe('Predictions or requests that a verdict needs; null: not a number of them'),
    sentence: z.string().describe('The verdict as a sentence'),
  })
  .describe('Whether a version that answers now has the condition of an alert');
export type RunningVersionVerdict = z.infer<typeof RunningVersionVerdict>;

export const ProductionAlert = z
  .strictObject({
    episode: z.string().describe('Id of the episode'),
    monitor: z.string().describe('Name of the monitor'),
    model: z.string().describe('Registered model'),
    alert: z.string().describe('Name of the alert in the monitor'),
    cause: AlertEpisode.shape.cause,
    state: AlertEpisode.shape.state,
    openedAt: UtcInstant.describe('Start of the episode'),
    window: Period.describe('Window of the predictions with the condition'),
    answeredBy: z
      .array(
        z
          .strictObject({
            version: z.string().nullable().describe('Version of the model; null: predictions without a version'),
            predictions: z.number().int().nullable().describe('Its predictions in the window; null: not counted'),
          })
          .describe('A version that answered in the window'),
      )
      .describe('Versions that answered in the window; empty: unknown'),
    standing: AlertStandingOnVersion,
    mutedUntil: UtcInstant.nullable().describe(
      'End of its mute: until then it is listed and does not change the status; null: it is not muted',
    ),
    running: z.array(RunningVersionVerdict).describe('Versions that answer now; empty: unknown'),
    sentence: z.string().describe('The alert and its verdict as a sentence'),
  })
  .describe('An open alert, judged by the versions that answered in its window');
export type ProductionAlert = z.infer<typeof ProductionAlert>;

const Requests = z.strictObject({
  requests: z.number().int().describe('Requests'),
  errors: z.number().int().describe('Requests that failed or got no answer'),
  errorRatio: z.number().nullable().describe('errors / requests, 0 to 1; null: no requests'),
});

const Latency = z
  .strictObject({
    p50: z.number().describe('Median'),
    p95: z.number().describe('95th percentile'),
    p99: z.number().describe('99th percentile'),
  })
  .nullable()
  .describe('Latency in milliseconds of the answers of the last 24 hours; null: no answers');

export const SloStanding = z
  .strictObject({
    kind: z.enum(['latency', 'errors']).describe('Latency of answers, or failed requests'),
    model: z.string().describe('Registered model'),
    source: z.string().describe('Monitor or policy that states it'),
    limitMs: z.number().nullable().describe('Maximum latency in milliseconds; null: an SLO on errors'),
    objective: z.number().describe('Share of the requests that must be good, 0 to 1'),
    goodRatio: z
      .number()
      .nullable()
      .describe('Share of the requests of the last 24 hours that were good; null: unknown'),
    requests: z.number().int().describe('Requests or answers of the last 24 hours that count'),
    met: z.boolean().nullable().describe('Whether the objective is met; null: fewer than 20 requests'),
    sentence: z.string().describe('The SLO and its standing as a sentence'),
  })
  .describe('A service level objective and whether the last 24 hours met it');
export type SloStanding = z.infer<typeof SloStanding>;

export const EndpointHealth = z
  .strictObject({
    endpoint: z.string().describe('Name of the endpoint'),
    team: z.string().nullable().describe('Team; null: unknown'),
    project: z.string().nullable().describe('Project; null: none'),
    environment: z.string().nullable().describe('Environment; null: none'),
    status: HealthStatus,
    reasons: z.array(z.string()).describe('Reasons for the status as sentences, the gravest first'),
    versions: z
      .array(
        z
          .strictObject({
            variant: z.string().describe('Name of the variant'),
            model: z.string().describe('Registered model'),
            version: Version,
            weight: z.number().describe('Share of the traffic, 0 to 1'),
            since: UtcInstant.nullable().describe('Time since which the version answers here; null: unknown'),
          })
          .describe('A version that answers'),
      )
      .describe('Versions that answer; empty: no revision has the traffic'),
    lastHour: Requests.describe('Requests of the last 60 minutes'),
    lastDay: Requests.describe('Requests of the last 24 hours'),
    latencyMs: Latency,
    slos: z.array(SloStanding).describe('SLOs of its models at this endpoint'),
    alerts: z.array(z.string()).describe('Ids of the open episodes of its models'),
  })
  .describe('Health of an endpoint');
export type EndpointHealth = z.infer<typeof EndpointHealth>;

export const ModelHealth = z
  .strictObject({
    model: z.string().describe('Registered model'),
    team: z.string().nullable().describe('Team; null: unknown'),
    monitor: z.string().nullable().describe('Name of its monitor; null: quality is not measured'),
    status: HealthStatus,
    reasons: z.array(z.string()).describe('Reasons for the status as sentences, the gravest first'),
    running: z
      .array(
        z
          .strictObject({
            version: Version,
            since: UtcInstant.nullable().describe('Time since which the version answers; null: unknown'),
            endpoints: z.array(z.string()).describe('Endpoints that serve it; empty: only its predictions are known'),
          })
          .describe('A version that answers now'),
      )
      .describe('Versions that answer now; empty: unknown'),
    quality: z
      .strictObject({
        metric: z.string().describe('Measure of quality, such as ndcg@10'),
        version: Version,
        period: Period.describe('Time of the predictions'),
        value: z.number().describe('Value'),
        lower: z.number().nullable().describe('Lower end of the 95 % interval; null: too few predictions'),
        upper: z.number().nullable().describe('Upper end of the 95 % interval; null: too few predictions'),
        predictions: z.number().int().describe('Predictions that count'),
        estimated: z.boolean().describe('True: estimated without labels'),
      })
      .nullable()
      .describe('Quality of the running version since it answers, at most of 30 days; null: not measured'),
    alerts: z.array(ProductionAlert).describe('Open alerts, the latest first'),
  })
  .describe('Health of a model that is served or monitored');
export type ModelHealth = z.infer<typeof ModelHealth>;

export const QualityTrend = z
  .strictObject({
    model: z.string().describe('Registered model: the first of `models` with a measured quality'),
    metric: z.string().describe('Measure of quality, such as ndcg@10'),
    from: Day.describe('First day'),
    through: Day.describe('Last day: today'),
    days: z
      .array(
        z
          .strictObject({
            day: Day,
            value: z.number().describe('Value of all predictions of the day, of every version'),
            predictions: z.number().int().describe('Predictions that count'),
            estimated: z.boolean().describe('True: estimated without labels'),
          })
          .describe('Quality on a day'),
      )
      .describe('Days with a value, in order; a day without predictions or labels is left out'),
  })
  .describe('Quality of a model by day, over 14 days');
export type QualityTrend = z.infer<typeof QualityTrend>;

const StatusCounts = z.strictObject({
  healthy: z.number().int().describe('Healthy'),
  degraded: z.number().int().describe('Degraded'),
  unhealthy: z.number().int().describe('Unhealthy'),
  unknown: z.number().int().describe('Unknown'),
});
export type StatusCounts = z.infer<typeof StatusCounts>;

export const getProductionHealth = endpoint({
  method: 'GET',
  path: '/api/v1/production-health',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'Get the health of all endpoints and served models, with open alerts judged on the running versions',
  query: z.strictObject({
    team: z.string().min(1).max(100).optional().describe('Only endpoints and models of this team'),
  }),
  response: z.strictObject({
    knownAt: UtcInstant.describe('Time of the judgement'),
    status: HealthStatus,
    headline: z.string().describe('The status and its main reason as a sentence'),
    counts: z
      .strictObject({
        endpoints: StatusCounts.describe('Endpoints by status'),
        models: StatusCounts.describe('Models by status'),
        slos: z
          .strictObject({
            met: z.number().int().describe('Met'),
            missed: z.number().int().describe('Missed'),
            unknown: z.number().int().describe('Fewer than 20 requests in the last 24 hours'),
          })
          .describe('SLOs by standing'),
        alerts: z
          .strictObject({
            open: z.number().int().describe('Open alerts'),
            muted: z.number().int().describe('Open alerts that are muted; they are in no other count'),
            onRunning: z.number().int().describe('Open alerts that the running version has'),
            notProven: z.number().int().describe('Open alerts without enough data of the running version'),
            cleared: z.number().int().describe('Open alerts of earlier versions only'),
          })
          .describe('Open alerts by standing'),
      })
      .describe('Counts'),
    qualityTrend: QualityTrend.nullable().describe('Quality by day of one model; null: no quality is measured'),
    endpoints: z.array(EndpointHealth).describe('Endpoints, the gravest status first'),
    models: z.array(ModelHealth).describe('Served and monitored models, the gravest status first'),
  }),
  errors: [],
});
