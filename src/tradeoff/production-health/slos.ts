import type { EndpointRequests } from '../../mlops/gateway/index.ts';
import { formatShare, LEAST_REQUESTS } from './judge-status.ts';
import type { SloStanding } from './schema.ts';

/** A service level objective of a model. */
export interface ModelSlo {
  readonly kind: SloStanding['kind'];
  readonly source: string;
  /** Maximum latency of a good answer; null: an SLO on errors. */
  readonly limitMs: number | null;
  /** Share of the requests that must be good, 0 to 1. */
  readonly objective: number;
}

type Counts = Pick<EndpointRequests, 'requests' | 'errors' | 'answers' | 'above'>;

/**
 * Whether the requests of a model at an endpoint met an SLO. `met` is null with fewer than 20 of them.
 *
 * @example objective 0.95 within 50 ms, 3 of 1,200 answers slower -> met
 */
export function judgeSlo(model: string, slo: ModelSlo, counted: readonly Counts[]): SloStanding {
  const { kind, source, limitMs, objective } = slo;
  const sum = (count: (one: Counts) => number) => counted.reduce((total, one) => total + count(one), 0);
  const isLatency = limitMs !== null;
  const requests = sum((one) => (isLatency ? one.answers : one.requests));
  const bad = sum((one) => (isLatency ? one.above(limitMs) : one.errors));
  const goodRatio = requests === 0 ? null : 1 - bad / requests;
  const met = goodRatio === null || requests < LEAST_REQUESTS ? null : goodRatio >= objective;
  const aim = isLatency
    ? `${formatShare(objective)} of answers within ${limitMs} ms`
    : `${formatShare(objective)} of requests without an error`;
  const measured =
    goodRatio === null
      ? 'no requests in the last 24 hours'
      : `${formatShare(goodRatio)} of ${requests.toLocaleString('en')} in the last 24 hours`;
  const verdict = met === null ? 'too few requests to tell' : met ? 'met' : 'missed';
  const sentence = `SLO of ${model} (${source}), ${aim}: ${verdict}, ${measured}.`;
  return { kind, model, source, limitMs, objective, goodRatio, requests, met, sentence };
}
