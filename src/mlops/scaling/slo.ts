import { createDemandMeter, type Demand } from './demand.ts';
import type { Fleet } from './fleet.ts';
import { createMissBudget } from './miss-budget.ts';
import type { ScalingObservation } from './policy.ts';
import { clampReplicas, type ReplicaBounds, type ScalingPolicy } from './policy.ts';
import { createQueue } from './queue.ts';
import { createRules, type Rule } from './rules.ts';
import { createShadowFleet, type ShadowFleet } from './shadow-fleet.ts';

export interface SloOptions extends Fleet, ReplicaBounds {
  /** Seconds of wait for a slot above which a request misses the SLO. */
  readonly waitSeconds: number;
  /** Share of requests that may miss it, above 0 and below 1. */
  readonly missRatio: number;
  /** Price of one miss in hours of a replica; null: the least for which the SLO is kept. */
  readonly missReplicaHours: number | null;
  /** Half-life of past observations in seconds; an hour when left out. */
  readonly halfLifeSeconds?: number;
  /** Weight of excess misses against future ones; 3 when left out. */
  readonly excessWeight?: number;
  /** Multiples of the highest demand that are forecasts too; 1.25, 1.5 and 2 when left out. */
  readonly headrooms?: readonly number[];
}

/** Simulated cost of a rule so far; older cost counts less. */
interface Shadow {
  readonly rule: Rule;
  readonly fleet: ShadowFleet;
  replicaSeconds: number;
  misses: number;
}

interface PolicyLook {
  readonly atSeconds: number;
  readonly wishes: readonly number[];
}

const LOOK_SECONDS = 2;
export const HALF_LIFE_SECONDS = 3600;

/**
 * Chooses the number of replicas with the least cost, misses of the SLO included. Each rule forecasts demand over the coming
 * cold start as a quantile of past demand. All rules are simulated on the observed requests, with cold starts and a queue;
 * the policy follows the rule with the least cost so far.
 * With the price of a miss, the cost is replica-hours plus misses times their price. Without it, the best rule is the one
 * with the fewest replica-hours among those that kept the SLO. The permitted share of misses of a rule is calibrated by the
 * measured misses (`createMissBudget`). Also without a price: while no miss is permitted, or a request waits too long, every
 * present request gets a slot.
 * The learning phase lasts until the policy can measure a share as small as the SLO's, `cold start / missRatio`, but not
 * longer than the half-life. In it, the policy keeps at least its initial replicas and, while no miss is permitted and there
 * is no price, the maximum of past demand. Within the first cold start it removes no replica.
 * Example: bursts of 40 requests every few minutes are too short for a cold start of 30 s; "3 at least" costs less than
 * scaling for each of them.
 */
export function createSlo(options: SloOptions): ScalingPolicy {
  const { coldStartSeconds, missRatio, missReplicaHours } = options;
  const halfLifeSeconds = options.halfLifeSeconds ?? HALF_LIFE_SECONDS;
  const measure = createDemandMeter(options);
  const { rules, see, highest } = createRules(coldStartSeconds, options, options.headrooms);
  const inOrder = createServedInOrder<PolicyLook>();
  const budget = createMissBudget(options);
  const learn = createLearning(coldStartSeconds, Math.min(coldStartSeconds / missRatio, halfLifeSeconds));
  let book: Book | null = null;
  const floorOf = (allowed: number, isLearning: boolean, { presentReplicas }: Demand): number => {
    if (allowed > 0) return budget.overdue > 0 ? presentReplicas : 0;
    return Math.max(presentReplicas, isLearning ? highest() : 0);
  };
  return {
    everySeconds: LOOK_SECONDS,
    decide: (seen: ScalingObservation) => {
      const demand = measure(seen);
      budget.add(seen);
      see(seen.atSeconds, demand);
      const wishes = rules.map(({ wish }) => wish(demand));
      const { isFirstColdStart, isLearning, keep } = learn(seen);
      for (const happened of inOrder(seen, { atSeconds: seen.atSeconds, wishes })) {
        if (happened.kind === 'request') book?.request(happened.atSeconds, happened.serviceSeconds);
        else if (book !== null) book.look(happened.look);
        // Do not charge rules for requests from before a rule could have had an effect.
        else if (!isFirstColdStart) book = createBook(options, rules, halfLifeSeconds, happened.look);
      }
      const allowed = budget.allowedMisses(Math.max(1, book?.requests ?? 0));
      const best = book?.cheapest(Math.max(NO_MISS, allowed), missReplicaHours) ?? 0;
      const wish = wishes[best] ?? options.min;
      const held =
        missReplicaHours === null ? clampReplicas(Math.max(wish, floorOf(allowed, isLearning, demand)), options) : wish;
      const replicas = clampReplicas(keep(held), options);
      return { replicas, reason: describeReason(replicas, held, wish) ?? rules[best]?.text ?? '' };
    },
  };
}

/** Less than one miss is none. */
const NO_MISS = 0.5;

/** Null where the rule alone decides. */
function describeReason(replicas: number, held: number, wish: number): string | null {
  if (replicas > held) return 'still learning';
  return held > wish ? 'too many requests waited too long' : null;
}

/** Minimum of replicas during learning: all replicas within the first cold start, then the initial number until `untilSeconds`. */
function createLearning(coldStartSeconds: number, untilSeconds: number) {
  let begun: { readonly atSeconds: number; readonly replicas: number } | null = null;
  let most = 0;
  return ({ fromSeconds, atSeconds, replicas }: ScalingObservation) => {
    begun ??= { atSeconds: fromSeconds, replicas };
    const { replicas: initial, atSeconds: since } = begun;
    const passed = atSeconds - since;
    const isFirstColdStart = passed < coldStartSeconds;
    const keep = (wish: number): number => {
      if (isFirstColdStart) most = Math.max(most, wish, initial);
      if (isFirstColdStart) return most;
      return passed < untilSeconds ? Math.max(wish, initial) : wish;
    };
    return { isFirstColdStart, isLearning: passed < untilSeconds, keep };
  };
}

/** Simulated cost of each rule. */
interface Book {
  look(look: PolicyLook): void;
  request(atSeconds: number, serviceSeconds: number): void;
  /** Requests that were followed; older ones count less. */
  readonly requests: number;
  /** Place of the rule that cost least, of those with no more than the allowed misses where one has so few. */
  cheapest(allowedMisses: number, missReplicaHours: number | null): number;
}

function createBook(options: SloOptions, rules: readonly Rule[], halfLifeSeconds: number, first: PolicyLook): Book {
  const shadows = rules.map(
    (rule, index): Shadow => ({
      rule,
      fleet: createShadowFleet(options, first.atSeconds, first.wishes[index] ?? 0),
      replicaSeconds: 0,
      misses: 0,
    }),
  );
  let requests = 0;
  let booked = first.atSeconds;
  return {
    get requests() {
      return requests;
    },
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
    cheapest: (allowedMisses, missReplicaHours) => {
      const costs = shadows.map((shadow) => computeShadowCost(shadow, allowedMisses, missReplicaHours));
      return costs.reduce((best, cost, index) => (isLess(cost, costs[best]) ? index : best), 0);
    },
  };
}

/** Compared in this order: misses beyond the permitted ones; then replica-hours, plus misses at their price in replica-hours. */
type Cost = readonly [beyondSlo: number, replicaHours: number];

function computeShadowCost(
  { replicaSeconds, misses }: Shadow,
  allowedMisses: number,
  missReplicaHours: number | null,
): Cost {
  const hours = replicaSeconds / 3600;
  if (missReplicaHours !== null) return [0, hours + misses * missReplicaHours];
  return [Math.max(0, misses - allowedMisses), hours];
}

/** Sums of the same numbers in another order differ in the last digits; that is no difference. */
const SAME = 1e-9;

function isLess([beyond, hours]: Cost, other: Cost | undefined): boolean {
  if (other === undefined) return true;
  if (Math.abs(beyond - other[0]) > SAME) return beyond < other[0];
  return hours < other[1] - SAME;
}

/** An event of the past, in the order of time. */
type TraceEvent<Look> =
  | { readonly kind: 'look'; readonly look: Look }
  | { readonly kind: 'request'; readonly atSeconds: number; readonly serviceSeconds: number };

/**
 * Orders looks and requests by time once the service times of the requests are known. A service time is known at its end, so
 * the earliest arrival gets the first known service time. An event is passed on only after all earlier requests have a
 * service time.
 */
function createServedInOrder<Look extends { readonly atSeconds: number }>() {
  const arrivals = createQueue<number>();
  const services = createQueue<number>();
  const looks = createQueue<Look>();
  return function* (seen: ScalingObservation, look: Look): Generator<TraceEvent<Look>> {
    for (const at of seen.arrivalsSeconds) arrivals.put(at);
    for (const seconds of seen.servedSeconds) services.put(seconds);
    for (let left = 0; left < seen.unserved; left += 1) arrivals.take();
    looks.put(look);
    while (arrivals.size > 0 && services.size > 0) {
      const atSeconds = arrivals.take() ?? 0;
      yield* looksBefore(atSeconds);
      yield { kind: 'request', atSeconds, serviceSeconds: services.take() ?? 0 };
    }
    if (arrivals.size === 0) yield* looksBefore(Number.POSITIVE_INFINITY);
  };

  function* looksBefore(atSeconds: number): Generator<TraceEvent<Look>> {
    for (let next = looks.first(); next !== undefined && next.atSeconds < atSeconds; next = looks.first()) {
      looks.take();
      yield { kind: 'look', look: next };
    }
  }
}
