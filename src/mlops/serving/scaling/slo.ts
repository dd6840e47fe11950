import { createDemandMeter } from './demand.ts';
import type { Fleet } from './fleet.ts';
import type { ReplicaBounds, ScalingObservation, ScalingPolicy } from './policy.ts';
import { createRules, type Rule } from './rules.ts';
import { createServedInOrder } from './served-in-order.ts';
import { createShadowFleet, type ShadowFleet } from './shadow-fleet.ts';

export interface SloOptions extends Fleet, ReplicaBounds {
  /** A request that waits longer than so many seconds for a place misses the SLO. */
  readonly waitSeconds: number;
  /** Share of requests that may miss it, above 0 and below 1. */
  readonly missRatio: number;
  /** Price of one miss in hours of a replica; null: the least for which the SLO is kept. */
  readonly missReplicaHours: number | null;
  /** Seconds after which what was seen counts half; an hour when left out. */
  readonly halfLifeSeconds?: number;
}

/** What following a rule would have cost so far; older cost counts less. */
interface Shadow {
  readonly rule: Rule;
  readonly fleet: ShadowFleet;
  replicaSeconds: number;
  misses: number;
}

interface Look {
  readonly atSeconds: number;
  readonly wishes: readonly number[];
}

const LOOK_SECONDS = 2;
const HALF_LIFE_SECONDS = 3600;

/**
 * As many replicas as have cost least, misses of the SLO included. Demand over the coming cold start is forecast as a quantile of demand in
 * the past; which quantile, and of which past, is what the two prices decide: each forecast is followed in shadow, over the requests that came,
 * with cold starts and a queue, and the one that cost least so far is followed. With the price of a miss that is replica-hours plus misses
 * times their price; without one it is the fewest replica-hours among those that kept the SLO, which is the same at the least price of a miss
 * that keeps it. Until a share as small as the SLO's can be seen, `cold start / missRatio`, it keeps what it began with at least.
 * Example: bursts of 40 requests every few minutes cannot be followed with a cold start of 30 s; "3 at least" costs less than chasing them.
 */
export function createSlo(options: SloOptions): ScalingPolicy {
  const { coldStartSeconds, missRatio, missReplicaHours } = options;
  const halfLifeSeconds = options.halfLifeSeconds ?? HALF_LIFE_SECONDS;
  const measure = createDemandMeter(options);
  const { rules, see } = createRules(coldStartSeconds, options);
  const inOrder = createServedInOrder<Look>();
  const learningSeconds = Math.min(coldStartSeconds / missRatio, halfLifeSeconds);
  let begun: { readonly atSeconds: number; readonly replicas: number; readonly book: Book } | null = null;
  return {
    everySeconds: LOOK_SECONDS,
    decide: (seen: ScalingObservation) => {
      begun ??= {
        atSeconds: seen.fromSeconds,
        replicas: seen.replicas,
        book: createBook(options, rules, halfLifeSeconds, seen),
      };
      const { book, replicas: initial, atSeconds: since } = begun;
      const demand = measure(seen);
      see(seen.atSeconds, demand);
      const wishes = rules.map(({ wish }) => wish(demand));
      for (const happened of inOrder(seen, { atSeconds: seen.atSeconds, wishes })) {
        if (happened.kind === 'look') book.look(happened.look);
        else book.request(happened.atSeconds, happened.serviceSeconds);
      }
      const best = book.cheapest(missRatio, missReplicaHours);
      const wish = wishes[best] ?? options.min;
      const learning = seen.atSeconds - since < learningSeconds;
      const held = learning ? Math.min(options.max, Math.max(wish, initial)) : wish;
      return { replicas: held, reason: held > wish ? 'still learning' : (rules[best]?.text ?? '') };
    },
  };
}

/** The book of what each rule would have cost. */
interface Book {
  look(look: Look): void;
  request(atSeconds: number, serviceSeconds: number): void;
  /** Place of the rule that cost least. */
  cheapest(missRatio: number, missReplicaHours: number | null): number;
}

function createBook(
  options: SloOptions,
  rules: readonly Rule[],
  halfLifeSeconds: number,
  { fromSeconds, replicas }: ScalingObservation,
): Book {
  const shadows = rules.map(
    (rule): Shadow => ({
      rule,
      fleet: createShadowFleet(options, fromSeconds, replicas),
      replicaSeconds: 0,
      misses: 0,
    }),
  );
  let requests = 0;
  let booked = fromSeconds;
  return {
    look: ({ atSeconds, wishes }) => {
      const passed = atSeconds - booked;
      const kept = 0.5 ** (passed / halfLifeSeconds);
      booked = atSeconds;
      requests *= kept;
      for (const [index, shadow] of shadows.entries()) {
        shadow.replicaSeconds = shadow.replicaSeconds * kept + shadow.fleet.replicas * passed;
        shadow.misses *= kept;
        shadow.fleet.wish(atSeconds, wishes[index] ?? 0);
      }
    },
    request: (atSeconds, serviceSeconds) => {
      requests += 1;
      for (const shadow of shadows) if (shadow.fleet.serve(atSeconds, serviceSeconds)) shadow.misses += 1;
    },
    cheapest: (missRatio, missReplicaHours) => {
      const costs = shadows.map((shadow) => costOf(shadow, requests, missRatio, missReplicaHours));
      return costs.reduce((best, cost, index) => (isLess(cost, costs[best]) ? index : best), 0);
    },
  };
}

/** In the order in which they count: misses beyond what the SLO allows, then replica-hours and what misses cost in them. */
type Cost = readonly [beyondSlo: number, replicaHours: number];

function costOf(
  { replicaSeconds, misses }: Shadow,
  requests: number,
  missRatio: number,
  missReplicaHours: number | null,
): Cost {
  const hours = replicaSeconds / 3600;
  if (missReplicaHours !== null) return [0, hours + misses * missReplicaHours];
  return [Math.max(0, misses - missRatio * requests), hours];
}

/** Sums of the same numbers in another order differ in the last digits; that is no difference. */
const SAME = 1e-9;

function isLess([beyond, hours]: Cost, other: Cost | undefined): boolean {
  if (other === undefined) return true;
  if (Math.abs(beyond - other[0]) > SAME) return beyond < other[0];
  return hours < other[1] - SAME;
}
