import { adviseHardware, type HardwareAdvice } from '../../../finops/purchasing/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { DAY_MS, MINUTE_MS } from '../../../platform/units/durations.ts';
import { decimal, formatMoneyText } from '../../../platform/units/index.ts';
import {
  ENOUGH_MEASURED,
  type EndpointDeps,
  readEndpointHours,
  type VariantHours,
} from '../endpoints/endpoint-hours.ts';
import type { Finder, Finding, Window } from '../finder.ts';
import { rateConfidence } from '../savings/confidence.ts';
import { NO_TERMS } from './commitment-finder.ts';
import type { PurchaseFinderDeps } from './deps.ts';
import type { ServingTerms } from './schema.ts';
import { findTerms, type StoredTerms } from './terms.ts';

const DAY_HOURS = 24;
/** Minutes are kept for eight days. */
const PEAK_MS = 7 * DAY_MS;
const BUCKET = 'all';
/** Redundancy that is taken to be wanted, where there is as much now. */
const USUAL_LEAST = 2;

type HardwareDeps = PurchaseFinderDeps & EndpointDeps;

/** Served models for which cheaper hardware meets the promised latency, by measurements. */
export function createHardwareFinder(deps: HardwareDeps): Finder {
  return {
    kind: 'hardware',
    async find(window) {
      const terms = (await findTerms(deps.store)).flatMap((one) =>
        one.spec.serving.map((serving) => ({ terms: one, serving })),
      );
      const lacks: string[] =
        terms.length === 0 ? [`${NO_TERMS} with "serving": latency and measurements of other hardware`] : [];
      const all = terms.length === 0 ? [] : await readEndpointHours(deps, window);
      const found: Finding[] = [];
      for (const { terms: of, serving } of terms) {
        const own = all.filter(({ served }) => served.endpoint === serving.endpoint && served.isSettled);
        const one = await findHardware(deps, of, { serving, own, window });
        if (typeof one === 'string') lacks.push(`${of.name}/${serving.endpoint}: ${one}`);
        else found.push(one);
      }
      return { found, lacks: lacks.join('; ') || null };
    },
  };
}

interface HardwareRequest {
  readonly serving: ServingTerms;
  readonly own: readonly VariantHours[];
  readonly window: Window;
}

async function findHardware(
  deps: HardwareDeps,
  terms: StoredTerms,
  { serving, own, window }: HardwareRequest,
): Promise<Finding | string> {
  const [variant, ...others] = own;
  if (variant === undefined) return `endpoint ${serving.endpoint} has no traffic, or a rollout is in progress`;
  if (others.length > 0) return `endpoint ${serving.endpoint} has ${own.length} variants; one variant is required`;
  const replicas = countPresentReplicas(variant);
  if (replicas === null) return 'measurements of its replicas';
  const peak = serving.requestsPerSecond ?? (await measurePeak(deps, serving.endpoint, window));
  if (peak === null) return 'a measured minute in the last 7 days: state requestsPerSecond';
  try {
    const advice = await deps.purchasing.hardware(
      await buildHardwareQuestion(deps, terms, { serving, variant, replicas, peak }),
    );
    return buildHardwareFinding({ serving, variant, replicas, peak, advice, window });
  } catch (error) {
    // The error concerns this endpoint only; the others are still evaluated.
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

interface Present {
  readonly serving: ServingTerms;
  readonly variant: VariantHours;
  /** As many as there were on average, whole. */
  readonly replicas: number;
  /** Requests each second. */
  readonly peak: number;
}

function countPresentReplicas({ hours }: VariantHours): number | null {
  const known = hours.flatMap(({ measured, replicas }) =>
    measured < ENOUGH_MEASURED || replicas === null ? [] : [replicas],
  );
  if (known.length === 0) return null;
  return Math.max(1, Math.round(known.reduce((sum, count) => sum + count, 0) / known.length));
}

async function measurePeak({ serving }: HardwareDeps, endpoint: string, window: Window): Promise<number | null> {
  const start = Math.max(window.start, window.end - PEAK_MS);
  const spans = await serving.spans(endpoint, { start, end: window.end, unit: 'minute' });
  const minutes = [...Map.groupBy(spans, ({ at }) => at).values()];
  const most = Math.max(0, ...minutes.map((all) => all.reduce((sum, { requests }) => sum + requests, 0)));
  return most === 0 ? null : (most * 1000) / MINUTE_MS;
}

/** Name of a replica type in measurements, such as `2 x gpu:A10G`. */
function describeReplicaType({ served: { resource, quantity } }: VariantHours): string {
  return quantity === '1' ? resource : `${quantity} x ${resource}`;
}

async function buildHardwareQuestion(
  { purchasing }: HardwareDeps,
  { spec: { currency } }: StoredTerms,
  { serving, variant, replicas, peak }: Present,
) {
  const { profile, latency, prices, memoryGib, loadRatio, leastReplicas } = serving;
  const stated = (withEndpoint: boolean) =>
    adviseHardware.body.parse({
      profiles: profile.map((row) => ({ ...row, bucket: BUCKET })),
      ...(withEndpoint ? { endpoint: serving.endpoint } : {}),
      demand: [{ bucket: BUCKET, requestsPerSecond: peak, latencyMs: latency }],
      prices: Object.entries(prices).map(([type, amount]) => ({ type, price: { amount, currency } })),
      present: [{ type: describeReplicaType(variant), replicas }],
      loadRatio,
      leastReplicas: leastReplicas ?? Math.min(replicas, USUAL_LEAST),
      ...(memoryGib === undefined ? {} : { memoryGib }),
    });
  // If the measured load of the endpoint is unusable, only the stated profile counts.
  try {
    await purchasing.hardware(stated(true));
    return stated(true);
  } catch (error) {
    if (error instanceof AppError && error.code === 'profile_unusable') return stated(false);
    throw error;
  }
}

function buildHardwareFinding(
  one: Present & { readonly advice: HardwareAdvice; readonly window: Window },
): Finding | string {
  const { serving, variant, replicas, peak, advice, window } = one;
  const { best, present, reason } = advice;
  if (best === null) return reason ?? 'no mix serves all requests within the latency';
  const now = present?.pricePerHour ?? null;
  if (now === null) return `no price for ${describeReplicaType(variant)}: add it to your price book, or to "prices"`;
  const keep = decimal(best.pricePerHour.amount).dividedBy(now.amount).toNumber();
  if (keep >= 1) return `no measured hardware is cheaper than ${replicas} x ${describeReplicaType(variant)}`;
  const mix = best.replicas.map((part) => `${part.replicas} x ${part.type}`).join(', ');
  const { served, item, hours } = variant;
  const known = hours.filter(({ measured }) => measured >= ENOUGH_MEASURED).length;
  const lived =
    hours.length -
    Math.max(
      0,
      hours.findIndex(({ measured }) => measured > 0),
    );
  const survives = best.replicas.every(({ survivesLoss }) => survivesLoss);
  return {
    about: item.item,
    title: `Serve ${serving.endpoint} on ${mix} instead of ${replicas} x ${describeReplicaType(variant)}`,
    what: `endpoint ${served.endpoint}, variant ${served.variant}: ${served.model} version ${served.version}`,
    subject: { endpoint: served.endpoint, model: served.model, modelVersion: served.version, purpose: 'inference' },
    billedMonths: variant.billedMonths,
    before: `${replicas} x ${describeReplicaType(variant)}, ${formatMoneyText(now)} an hour`,
    after: `${mix}, ${formatMoneyText(best.pricePerHour)} an hour`,
    confidence: rateConfidence(lived / DAY_HOURS, lived === 0 ? 0 : known / lived),
    risk: {
      level: survives ? 'medium' : 'high',
      text: `${survives ? 'All replicas are replaced.' : 'If one replica fails, the others cannot serve the peak.'} The plan covers at most ${Number(peak.toPrecision(3))} requests a second.`,
    },
    guard: `Each type answered within ${serving.latency} ms at the 95th percentile when measured, and is planned with ${serving.loadRatio * 100} % of that rate. Roll it out as a canary: alerts and SLO stay active.`,
    action: {
      type: 'by_hand',
      commands: [
        `deploy endpoint ${served.endpoint} on ${mix}, as a canary first`,
        'remove the old hardware when the canary has all of the traffic',
      ],
    },
    evidence: {
      window: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
      figures: listHardwareFigures(advice, peak, serving),
      prices: [...variant.prices],
      items: [item],
      effects: [{ item: item.item, keep: [keep], isElsewhere: true }],
      pins: [],
      missing: [
        'own measurements of the other hardware: the stated ones come from elsewhere',
        ...(advice.isProven ? [] : ['a complete search: it reached its limit, and a cheaper mix may exist']),
        ...variant.unpriced.map((resource) => `no price for "${resource}": add it to your price book`),
      ],
      replacement: best.replicas.map(({ type, replicas: count }) => ({ type, replicas: count })),
      measuredBy: { type: 'endpoint', endpoint: served.endpoint },
    },
  };
}

function listHardwareFigures({ types }: HardwareAdvice, peak: number, { latency, requestsPerSecond }: ServingTerms) {
  return [
    {
      name: 'requests a second',
      value: `${Number(peak.toPrecision(3))}, ${requestsPerSecond === undefined ? 'the busiest minute of 7 days' : 'as stated'}`,
    },
    { name: 'latency SLO', value: `${latency} ms at the 95th percentile` },
    ...types.map(({ type, verdict, reason, aloneReplicas, alonePricePerHour }) => ({
      name: type,
      value:
        aloneReplicas === null || alonePricePerHour === null
          ? `${verdict}: ${reason}`
          : `${aloneReplicas} alone are enough, ${formatMoneyText(alonePricePerHour)} an hour`,
    })),
  ];
}
