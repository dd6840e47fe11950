import { formatInstantText } from '../../platform/units/index.ts';
import type { EndpointHealth, HealthStatus, ModelHealth, ProductionAlert, SloStanding } from './schema.ts';

/** Shares of failed requests of the last hour from which an endpoint is degraded or unhealthy, where no SLO states one. */
export const DEGRADED_ERROR_RATIO = 0.01;
export const UNHEALTHY_ERROR_RATIO = 0.05;
/** Fewer requests in a window say nothing. */
export const LEAST_REQUESTS = 20;

/** A reason for a status. */
export interface Reason {
  readonly status: HealthStatus;
  readonly sentence: string;
}

const GRAVEST: readonly HealthStatus[] = ['unhealthy', 'degraded', 'unknown', 'healthy'];

/** The gravest of several statuses; a single `unknown` among healthy ones is not the gravest. `unknown` without any. */
export function combineStatuses(statuses: readonly HealthStatus[]): HealthStatus {
  return GRAVEST.find((status) => status !== 'unknown' && statuses.includes(status)) ?? 'unknown';
}

/** Status and sentences of reasons, the gravest first. */
export function combineReasons(reasons: readonly Reason[]): { status: HealthStatus; reasons: string[] } {
  const sorted = reasons.toSorted((one, other) => GRAVEST.indexOf(one.status) - GRAVEST.indexOf(other.status));
  return { status: combineStatuses(reasons.map(({ status }) => status)), reasons: sorted.map((one) => one.sentence) };
}

/** For lists: the gravest first. */
export function compareStatuses(one: HealthStatus, other: HealthStatus): number {
  return GRAVEST.indexOf(one) - GRAVEST.indexOf(other);
}

/** Reasons that an open alert gives; one that is muted or of earlier versions only leaves the status as it is. */
export function explainAlert({ standing, state, sentence, mutedUntil }: ProductionAlert): Reason {
  if (mutedUntil !== null)
    return { status: 'healthy', sentence: `${sentence} Muted until ${formatInstantText(mutedUntil)}.` };
  if (standing === 'cleared') return { status: 'healthy', sentence };
  return { status: standing === 'open' && state === 'alert' ? 'unhealthy' : 'degraded', sentence };
}

export interface EndpointFacts extends Pick<EndpointHealth, 'lastHour' | 'lastDay' | 'slos'> {
  readonly state: 'live' | 'rolling-out' | 'failed' | 'starting';
  readonly failure: string | null;
  /** Whether a revision has the traffic. */
  readonly isServing: boolean;
  /** Open alerts of its models. */
  readonly alerts: readonly ProductionAlert[];
}

/** Status of an endpoint from its state, requests, SLOs and the alerts of its models. */
export function judgeEndpoint(facts: EndpointFacts): { status: HealthStatus; reasons: string[] } {
  return combineReasons([
    ...explainState(facts),
    ...explainRequests(facts),
    ...facts.slos.flatMap(explainSlo),
    ...facts.alerts.map(explainAlert),
  ]);
}

function explainState({ state, failure, isServing }: EndpointFacts): Reason[] {
  if (!isServing && failure === null) return [{ status: 'degraded', sentence: 'No revision has the traffic yet.' }];
  if (state !== 'failed') return [];
  const sentence = `The newest revision failed: ${(failure ?? '').replace(/\.$/, '')}.`;
  if (!isServing) return [{ status: 'unhealthy', sentence }];
  return [{ status: 'degraded', sentence: `${sentence} The previous revision answers.` }];
}

function explainRequests({ lastHour, lastDay, slos }: EndpointFacts): Reason[] {
  const isHour = lastHour.requests >= LEAST_REQUESTS;
  const { requests, errors, errorRatio } = isHour ? lastHour : lastDay;
  const time = isHour ? 'the last hour' : 'the last 24 hours';
  if (requests === 0 || errorRatio === null) return [{ status: 'unknown', sentence: `No requests in ${time}.` }];
  const sentence = `${errors.toLocaleString('en')} of ${requests.toLocaleString('en')} requests failed in ${time} (${formatShare(errorRatio)}).`;
  if (requests < LEAST_REQUESTS) return [{ status: 'unknown', sentence }];
  if (errorRatio > UNHEALTHY_ERROR_RATIO) return [{ status: 'unhealthy', sentence }];
  const isStated = slos.some(({ kind }) => kind === 'errors');
  return [{ status: errorRatio > DEGRADED_ERROR_RATIO && !isStated ? 'degraded' : 'healthy', sentence }];
}

function explainSlo({ met, sentence }: SloStanding): Reason[] {
  return met === false ? [{ status: 'degraded', sentence }] : [];
}

/** Status of a model from its alerts, its quality and the endpoints that serve it, judged without the alerts of models. */
export function judgeModel({
  monitor,
  quality,
  alerts,
  endpoints,
}: Pick<ModelHealth, 'monitor' | 'quality' | 'alerts'> & {
  readonly endpoints: readonly Pick<EndpointHealth, 'endpoint' | 'status' | 'reasons'>[];
}): { status: HealthStatus; reasons: string[] } {
  const ofEndpoints = endpoints.flatMap(({ endpoint, status, reasons: [reason] }): Reason[] =>
    reason === undefined ? [] : [{ status, sentence: `${endpoint}: ${reason}` }],
  );
  return combineReasons([...alerts.map(explainAlert), ...explainQuality(monitor, quality), ...ofEndpoints]);
}

function explainQuality(monitor: string | null, quality: ModelHealth['quality']): Reason[] {
  if (monitor === null) return [{ status: 'unknown', sentence: 'Quality is not measured: the model has no monitor.' }];
  if (quality === null) return [{ status: 'unknown', sentence: 'Quality of the running version is not measured yet.' }];
  const { metric, version, value, predictions, estimated } = quality;
  const what = `${estimated ? 'Estimated quality' : 'Quality'} since v${version}: ${metric} is ${formatFigure(value)}`;
  return [{ status: 'healthy', sentence: `${what} of ${predictions.toLocaleString('en')} predictions.` }];
}

/** `1.25 %`. */
export function formatShare(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))} %`;
}

function formatFigure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
