import type { Subject } from '../../../org/schema.ts';
import { DAY_MS, MINUTE_MS } from '../../../platform/units/durations.ts';
import type { Finder, Finding, Window } from '../finder.ts';
import { rateConfidence } from '../savings/confidence.ts';
import {
  ENOUGH_MEASURED,
  type EndpointDeps,
  readEndpointHours,
  toEndpointItem,
  type VariantHours,
} from './endpoint-hours.ts';
import { computeKeptReplicas, computeReplicasNeeded, pickQuantile, type VariantMinute } from './replica-count.ts';
import { idleHours, isWorthZero } from './scale-to-zero.ts';

const DAY_HOURS = 24;
/** Minutes are kept for eight days. */
const MINUTES_MS = 7 * DAY_MS;

/** Endpoints that have replicas while they get no requests. */
export function createScaleToZeroFinder(deps: EndpointDeps): Finder {
  return {
    kind: 'scale_to_zero',
    async find(window) {
      const all = await readEndpointHours(deps, window);
      const possible = all.filter(({ served }) => served.min > 0 && served.isSettled);
      return possible.filter(isWorth).map((one) => buildScaleToZero(one, window));
    },
  };
}

function isWorth({ served, hours }: VariantHours): boolean {
  return isWorthZero(idleHours(hours, served.idleAfterMs));
}

/** The advice to scale a variant to zero, whether it is worth it or not. */
export function buildScaleToZero(variant: VariantHours, window: Window): Finding {
  const { served, hours, item } = variant;
  const idle = idleHours(hours, served.idleAfterMs);
  const { min, max, endpoint, variant: name } = served;
  const days = idle.measuredHours / DAY_HOURS;
  const isQuiet = idle.requests === 0;
  const waits = `${Math.round(served.coldStartMs / 1000)} s`;
  return {
    ...buildCommonFields(variant),
    title: `Scale ${describeVariant(variant)} to zero without requests`,
    before: `${formatReplicas(min)} at least, all the time`,
    after: `none after ${Math.round(served.idleAfterMs / MINUTE_MS)} min without requests, up to ${max} with requests`,
    risk: isQuiet
      ? {
          level: 'low',
          text: `No request in ${formatHours(idle.measuredHours)}. A first request waits for a cold start: ${waits} by its manifest.`,
        }
      : {
          level: 'medium',
          text: `${formatPerDay(idle.coldStarts, days)} a day would have waited for a cold start: ${waits} by its manifest.`,
        },
    guard: 'Requests without a running replica queue until one is ready and are not refused. Monitors stay active.',
    action: { type: 'endpoint_replicas', endpoint, variant: name, from: { min, max }, to: { min: 0, max } },
    evidence: {
      ...buildEvidence(variant, window),
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
export function createReplicaCountFinder(deps: EndpointDeps): Finder {
  return {
    kind: 'replica_count',
    async find(window) {
      const found: Finding[] = [];
      for (const one of await readEndpointHours(deps, window)) {
        if (one.served.min < 2 || !one.served.isSettled) continue;
        const advice = await findFewerReplicas(deps, one, window);
        if (advice !== null) found.push(advice);
      }
      return found;
    },
  };
}

async function findFewerReplicas(
  { serving }: EndpointDeps,
  variant: VariantHours,
  window: Window,
): Promise<Finding | null> {
  const { served, hours, item } = variant;
  const { min, max, endpoint, variant: name, concurrency } = served;
  const start = Math.max(window.start, window.end - MINUTES_MS);
  const spans = await serving.spans(endpoint, { start, end: window.end, unit: 'minute' });
  const minutes = sumByMinute(spans.filter((span) => span.variant === name && span.measuredMs > 0));
  const needed = computeReplicasNeeded(minutes, concurrency);
  if (needed === null || needed >= min) return null;
  const busy = pickQuantile(
    minutes.map(({ busyMs }) => busyMs / (concurrency * MINUTE_MS)).toSorted((a, b) => a - b),
    0.95,
  );
  const expected = (window.end - start) / MINUTE_MS;
  return {
    ...buildCommonFields(variant),
    confidence: rateConfidence((window.end - start) / DAY_MS, Math.min(1, minutes.length / expected)),
    title: `Keep ${needed} ${needed === 1 ? 'replica' : 'replicas'} of ${describeVariant(variant)} instead of ${min}`,
    before: `${formatReplicas(min)} at least`,
    after: `${formatReplicas(needed)} at least, up to ${max}`,
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
      ...buildEvidence(variant, window),
      figures: [
        { name: 'demand at the 95th percentile', value: `${busy.toFixed(3)} replicas` },
        { name: 'slots of a replica', value: String(concurrency) },
        { name: 'measured minutes', value: `${minutes.length} of ${expected}` },
      ],
      effects: [{ item: item.item, keep: hours.map((hour) => computeKeptReplicas(hour.replicas, min, needed)) }],
    },
  };
}

/** All versions of one minute together. */
function sumByMinute(spans: readonly { readonly at: number; readonly busyMs: number; readonly replicaMs: number }[]) {
  return [...Map.groupBy(spans, ({ at }) => at).values()].map(
    (all): VariantMinute => ({
      busyMs: all.reduce((sum, one) => sum + one.busyMs, 0),
      replicaMs: all.reduce((sum, one) => sum + one.replicaMs, 0),
    }),
  );
}

function buildCommonFields(variant: VariantHours) {
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
    about: toEndpointItem(served),
    what: `endpoint ${served.endpoint}, variant ${served.variant}: ${served.model} version ${served.version}`,
    subject,
    billedMonths: variant.billedMonths,
    confidence: rateConfidence(lived.length / DAY_HOURS, lived.length === 0 ? 0 : known / lived.length),
  };
}

function buildEvidence({ item, prices, unpriced, hours }: VariantHours, window: Window) {
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

function describeVariant({ served: { endpoint, variant } }: VariantHours): string {
  return variant === 'main' ? endpoint : `${endpoint}/${variant}`;
}

function formatReplicas(count: number): string {
  return count === 1 ? '1 replica' : `${count} replicas`;
}

function formatHours(hours: number): string {
  return hours >= 2 * DAY_HOURS ? `${Math.floor(hours / DAY_HOURS)} days` : `${hours} hours`;
}

function formatPerDay(count: number, days: number): string {
  const rate = count / days;
  const shown = rate >= 1 ? String(Math.round(rate)) : rate.toFixed(1);
  return `${shown} ${shown === '1' ? 'request' : 'requests'}`;
}
