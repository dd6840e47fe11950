import type { Subject } from '../../../org/schema.ts';
import type { Finder, Found, Window } from '../finder.ts';
import { confidenceOf } from '../savings/confidence.ts';
import { ENOUGH_MEASURED, type EndpointDeps, endpointHours, itemOf, type VariantHours } from './endpoint-hours.ts';
import { keptReplicas, quantile, replicasNeeded, type VariantMinute } from './replica-count.ts';
import { idleHours, isWorthZero } from './scale-to-zero.ts';

const DAY_HOURS = 24;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Minutes are kept for eight days. */
const MINUTES_MS = 7 * DAY_MS;

/** Endpoints that have replicas while they get no requests. */
export function scaleToZeroFinder(deps: EndpointDeps): Finder {
  return {
    kind: 'scale_to_zero',
    async find(window) {
      const all = await endpointHours(deps, window);
      const possible = all.filter(({ served }) => served.min > 0 && served.isSettled);
      return possible.filter(isWorth).map((one) => zeroOf(one, window));
    },
  };
}

function isWorth({ served, hours }: VariantHours): boolean {
  return isWorthZero(idleHours(hours, served.idleAfterMs));
}

/** The advice to scale a variant to zero, whether it is worth it or not. */
export function zeroOf(variant: VariantHours, window: Window): Found {
  const { served, hours, item } = variant;
  const idle = idleHours(hours, served.idleAfterMs);
  const { min, max, endpoint, variant: name } = served;
  const days = idle.measuredHours / DAY_HOURS;
  const isQuiet = idle.requests === 0;
  const waits = `${Math.round(served.coldStartMs / 1000)} s`;
  return {
    ...commonOf(variant),
    title: `Scale ${nameOf(variant)} to zero without requests`,
    before: `${replicas(min)} at least, all the time`,
    after: `none after ${Math.round(served.idleAfterMs / MINUTE_MS)} min without requests, up to ${max} with requests`,
    risk: isQuiet
      ? {
          level: 'low',
          text: `No request in ${shownHours(idle.measuredHours)}. A first request waits for a cold start: ${waits} by its manifest.`,
        }
      : {
          level: 'medium',
          text: `${perDay(idle.coldStarts, days)} a day would have waited for a cold start: ${waits} by its manifest.`,
        },
    guard: 'Requests without a running replica queue until one is ready and are not refused. Monitors stay active.',
    action: { type: 'endpoint_replicas', endpoint, variant: name, from: { min, max }, to: { min: 0, max } },
    evidence: {
      ...evidenceOf(variant, window),
      figures: [
        { name: 'hours without a request', value: `${idle.idleHours} of ${idle.measuredHours} measured` },
        { name: 'hours without a request at the end of the window', value: `${idle.idleTailHours} h` },
        { name: 'requests', value: String(idle.requests) },
        { name: 'cold starts that would have occurred', value: String(idle.coldStarts) },
      ],
      effects: [{ item: item.item, keep: [...idle.keep] }],
    },
  };
}

/** Endpoints whose least number of replicas is more than their demand needs. */
export function replicaCountFinder(deps: EndpointDeps): Finder {
  return {
    kind: 'replica_count',
    async find(window) {
      const found: Found[] = [];
      for (const one of await endpointHours(deps, window)) {
        if (one.served.min < 2 || !one.served.isSettled) continue;
        const advice = await fewerOf(deps, one, window);
        if (advice !== null) found.push(advice);
      }
      return found;
    },
  };
}

async function fewerOf({ serving }: EndpointDeps, variant: VariantHours, window: Window): Promise<Found | null> {
  const { served, hours, item } = variant;
  const { min, max, endpoint, variant: name, concurrency } = served;
  const start = Math.max(window.start, window.end - MINUTES_MS);
  const spans = await serving.spans(endpoint, { start, end: window.end, unit: 'minute' });
  const minutes = minutesOf(spans.filter((span) => span.variant === name && span.measuredMs > 0));
  const needed = replicasNeeded(minutes, concurrency);
  if (needed === null || needed >= min) return null;
  const busy = quantile(
    minutes.map(({ busyMs }) => busyMs / (concurrency * MINUTE_MS)).toSorted((a, b) => a - b),
    0.95,
  );
  const expected = (window.end - start) / MINUTE_MS;
  return {
    ...commonOf(variant),
    confidence: confidenceOf((window.end - start) / DAY_MS, Math.min(1, minutes.length / expected)),
    title: `Keep ${needed} ${needed === 1 ? 'replica' : 'replicas'} of ${nameOf(variant)} instead of ${min}`,
    before: `${replicas(min)} at least`,
    after: `${replicas(needed)} at least, up to ${max}`,
    risk: {
      level: needed === 1 ? 'medium' : 'low',
      text:
        needed === 1
          ? 'With one replica the endpoint does not answer while a failed replica is replaced.'
          : 'A burst above the peak of the last week queues until more replicas are ready, if its scaling allows more.',
    },
    guard: `At the 95th percentile ${needed} ${needed === 1 ? 'replica is' : 'replicas are'} utilized to at most 80 %. The canary and the SLO alerts stay active.`,
    action: { type: 'endpoint_replicas', endpoint, variant: name, from: { min, max }, to: { min: needed, max } },
    evidence: {
      ...evidenceOf(variant, window),
      figures: [
        { name: 'demand at the 95th percentile', value: `${busy.toFixed(3)} replicas` },
        { name: 'slots of a replica', value: String(concurrency) },
        { name: 'measured minutes', value: `${minutes.length} of ${expected}` },
      ],
      effects: [{ item: item.item, keep: hours.map((hour) => keptReplicas(hour.replicas, min, needed)) }],
    },
  };
}

/** All versions of one minute together. */
function minutesOf(spans: readonly { readonly at: number; readonly busyMs: number; readonly replicaMs: number }[]) {
  return [...Map.groupBy(spans, ({ at }) => at).values()].map(
    (all): VariantMinute => ({
      busyMs: all.reduce((sum, one) => sum + one.busyMs, 0),
      replicaMs: all.reduce((sum, one) => sum + one.replicaMs, 0),
    }),
  );
}

function commonOf(variant: VariantHours) {
  const { served, hours } = variant;
  // An endpoint that is new has been measured since then, and not badly before.
  const lived = hours.slice(
    Math.max(
      0,
      hours.findIndex(({ measured }) => measured > 0),
    ),
  );
  const known = lived.reduce((sum, { measured }) => sum + measured, 0);
  const subject: Subject = {
    endpoint: served.endpoint,
    model: served.model,
    modelVersion: served.version,
    purpose: 'inference',
    ...(served.project === null ? {} : { project: served.project }),
    ...(served.environment === null ? {} : { environment: served.environment }),
  };
  return {
    about: itemOf(served),
    what: `endpoint ${served.endpoint}, variant ${served.variant}: ${served.model} version ${served.version}`,
    subject,
    billedMonths: variant.billedMonths,
    confidence: confidenceOf(lived.length / DAY_HOURS, lived.length === 0 ? 0 : known / lived.length),
  };
}

function evidenceOf({ item, prices, unpriced, hours }: VariantHours, window: Window) {
  const unmeasured = hours.filter(({ measured }) => measured < ENOUGH_MEASURED).length;
  return {
    window: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
    prices: [...prices],
    items: [item],
    pins: [],
    missing: [
      ...(unmeasured === 0 ? [] : [`${unmeasured} of ${hours.length} hours of measurements: they are left out`]),
      ...unpriced.map((resource) => `no price for "${resource}": add it to your price book`),
    ],
  };
}

function nameOf({ served: { endpoint, variant } }: VariantHours): string {
  return variant === 'main' ? endpoint : `${endpoint}/${variant}`;
}

function replicas(count: number): string {
  return count === 1 ? '1 replica' : `${count} replicas`;
}

function shownHours(hours: number): string {
  return hours >= 2 * DAY_HOURS ? `${Math.floor(hours / DAY_HOURS)} days` : `${hours} hours`;
}

function perDay(count: number, days: number): string {
  const rate = count / days;
  const shown = rate >= 1 ? String(Math.round(rate)) : rate.toFixed(1);
  return `${shown} ${shown === '1' ? 'request' : 'requests'}`;
}
