import type {
  BusyEvidence,
  CanaryEvidence,
  PriceEvidence,
  RolloutCheck,
  SidePrices,
} from '../../mlops/serving/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { decimalString, type Money } from '../../platform/units/index.ts';
import { compareRelative } from '../statistics/index.ts';
import { estimateSeriesDependence } from './dependence.ts';
import type { PreparedCheck } from './prepared-check.ts';

/**
 * The check of cost: the mean busy cost of a request, new against live revision. The sample is one request: the time of its replica,
 * shared among the requests that the replica then had, times the price per hour of the replica, summed over the stages of a cascade. Idle time has no sample: its cost depends on
 * the share of the traffic, which differs between the sides by intent. All requests of the step are valued at the prices in force at the
 * evaluation. Without a price, or with prices that make no ratio, the check has a reason.
 */
export function prepareCost(ratio: number, { live, canary, prices }: CanaryEvidence): PreparedCheck {
  const sides = { live: live.busy, canary: canary.busy };
  const reason = explainPrices(sides, prices);
  const values = (side: 'live' | 'canary') =>
    reason === null && prices !== null ? valueRequests(sides[side], prices[side]) : new Float64Array();
  const [candidate, baseline] = [values('canary'), values('live')];
  const n = Math.min(canary.busy.busyMs.length, live.busy.busyMs.length);
  // Negated, so that larger is better.
  const outcomes = { design: 'unpaired', candidate: negate(candidate), baseline: negate(baseline) } as const;
  const dependence = estimateSeriesDependence(baseline, candidate);
  return {
    ...{ name: 'cost', scale: 'ratio', limit: ratio, better: 'lower', reason, n },
    ...{ information: canary.requests, stride: canary.busy.stride },
    shown:
      reason === null && prices !== null && n > 0 ? { cost: showCost(sides, prices, { candidate, baseline }) } : {},
    compare: (question) => compareRelative(outcomes, { ...question, margin: ratio - 1, dependence }),
  };
}

interface Sides {
  readonly live: BusyEvidence;
  readonly canary: BusyEvidence;
}

const SIDE_NAMES = { live: 'live', canary: 'new' } as const;
const SIDES = ['live', 'canary'] as const;

/** Reason why the requests cannot be valued; null where they can. Unknown is not free. */
function explainPrices(sides: Sides, prices: PriceEvidence | null): string | null {
  if (prices === null) return 'Prices have not been read yet.';
  if (prices.reason !== null) return prices.reason;
  for (const side of SIDES) {
    for (const [place, { resource }] of sides[side].resources.entries()) {
      const price = prices[side][place] ?? null;
      if (price === null || price.currency === null) {
        return `The price book has no price for "${resource}" of the ${SIDE_NAMES[side]} revision now: apply a PriceBook.`;
      }
      if (!(Number(price.amount) > 0)) {
        return `The price of "${resource}" is ${price.amount}: costs have a ratio only with prices above 0.`;
      }
    }
  }
  const currencies = new Set(SIDES.flatMap((side) => prices[side].map((price) => price?.currency)));
  return currencies.size > 1
    ? `The prices are in different currencies (${[...currencies].join(', ')}): there is no ratio.`
    : null;
}

/** Cost of each sampled request, in the currency of the prices: each stage that was asked is paid at the price of its replica. */
function valueRequests({ busyMs, of, further }: BusyEvidence, prices: SidePrices): Float64Array {
  const perMs = prices.map((price) => Number(price?.amount ?? Number.NaN) / HOUR_MS);
  const value = (tookMs: number, place: number) => tookMs * (perMs[place] ?? Number.NaN);
  const values = Float64Array.from(busyMs, (tookMs, at) => value(tookMs, of[at] ?? -1));
  for (const part of further) values[part.request] = (values[part.request] ?? Number.NaN) + value(part.busyMs, part.of);
  return values;
}

function negate(values: Float64Array): Float64Array {
  return values.map((value) => -value);
}

function showCost(
  sides: Sides,
  prices: PriceEvidence,
  { candidate, baseline }: { readonly candidate: Float64Array; readonly baseline: Float64Array },
): NonNullable<RolloutCheck['cost']> {
  const currency = prices.live[0]?.currency ?? prices.canary[0]?.currency ?? '';
  return {
    metric: 'effective',
    basis: 'busy',
    livePerThousand: { amount: computePerThousand(baseline), currency },
    canaryPerThousand: { amount: computePerThousand(candidate), currency },
    prices: SIDES.flatMap((side) =>
      sides[side].resources.flatMap(({ resource, quantity }, place) => {
        const { amount, source } = prices[side][place] ?? {};
        if (amount === undefined || source === undefined) return [];
        return [{ side, resource: `${quantity} x ${resource}`, perHour: { amount, currency }, source }];
      }),
    ),
  };
}

/** A measured mean with eight significant digits. */
function computePerThousand(values: Float64Array): Money['amount'] {
  const sum = values.reduce((total, value) => total + value, 0);
  return decimalString(((1000 * sum) / values.length).toPrecision(8));
}
