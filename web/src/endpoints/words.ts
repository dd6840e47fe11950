import type { EndpointDetail, EndpointRevision, EndpointVariant } from '../../../src/mlops/serving/schema.ts';
import { formatCount, formatPercent } from '../format/number.ts';

export const NONE_ANSWERED = 'It has answered no request yet, or its replicas have not been metered yet.';
export const NO_PRICE = 'Its replicas have no price, or it has answered no request yet.';
export const NOT_LIVE = 'It has never had traffic.';

/** Share of the traffic for reading: 0.9 -> `90 %`. */
export function shareText(share: number): string {
  return share === 0 ? 'none' : formatPercent(share * 100);
}

/** `main 90 %, canary 10 %`, from weights with any sum. */
export function weightsText(weights: Readonly<Record<string, number>>): string {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const some = Object.entries(weights).filter(([, weight]) => weight > 0);
  if (some.length === 1) return `all to ${some[0]?.[0]}`;
  return some.map(([name, weight]) => `${name} ${formatPercent((weight / total) * 100)}`).join(', ');
}

/** `main version 3, canary version 4`. */
export function versionsText({ versions }: Pick<EndpointRevision, 'versions'>): string {
  const names = Object.keys(versions);
  return names.map((name) => `${names.length === 1 ? '' : `${name} `}version ${versions[name]}`).join(', ');
}

/** Target of a rollback without a number: the last revision that was live before. */
export function rollbackTarget({
  revisions,
  live,
}: Pick<EndpointDetail, 'revisions' | 'live'>): EndpointRevision | null {
  const before = revisions.filter(({ revision, liveAt }) => liveAt !== null && revision !== live?.revision);
  return before.toSorted((a, b) => Date.parse(b.liveAt ?? '') - Date.parse(a.liveAt ?? ''))[0] ?? null;
}

/** Requests without a successful answer by outcome: `3 refused, 1 lost`; null when there are none. */
export function failedText({ refused, lost }: Pick<EndpointVariant, 'refused' | 'lost'>): string | null {
  const parts = [...(refused === 0 ? [] : [`${refused} refused`]), ...(lost === 0 ? [] : [`${lost} lost`])];
  return parts.length === 0 ? null : parts.join(', ');
}

/** `In flight 0, queued 0`. */
export function nowText({ inFlight, waiting }: Pick<EndpointVariant, 'inFlight' | 'waiting'>): string {
  return `In flight ${formatCount(inFlight)}, queued ${formatCount(waiting)}`;
}
