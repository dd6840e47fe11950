import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRandom, type Random } from '../../platform/numbers/index.ts';
import { computeMissStandardError } from './batch-means.ts';
import { MOST_UTILISATION_RATIO } from './demand.ts';

/** The share of requests that may wait longer than a limit for a place, as the `slo` scaling policy states it. */
export interface WaitingSlo {
  readonly waitSeconds: number;
  /** Above 0 and below 1. */
  readonly missRatio: number;
}

export interface CapacityQuestion extends WaitingSlo {
  /** Measured seconds of service of single requests, waiting not included; each counts the same. */
  readonly serviceSeconds: readonly number[];
  /** Requests that the replica serves at a time. */
  readonly concurrency: number;
}

/** Capacity of one replica at its SLO. */
interface Capacity {
  /** Largest arrival rate at which the stated share holds, requests a second. */
  readonly requestsPerSecond: number;
  /** 95 % bootstrap interval over the measured service times; null with fewer than 20 of them. */
  readonly interval: { readonly lower: number; readonly upper: number } | null;
}

const SEED = 20_261_129;
/** Simulated requests; more for a small share, so that some 50 of them may miss. */
const REQUESTS = 30_000;
const MISSES = 50;
const MOST_REQUESTS = 200_000;
/** Minimum of requests for each slot, so that all slots are used many times. */
const REQUESTS_OF_A_PLACE = 20;
/** More service times than this are reduced to their quantiles. */
const MOST_MEASUREMENTS = 2_000;
/** Until the queue has its usual length. */
const WARM_UP_SHARE = 0.1;
/** Number of standard errors of the simulation with which the share must hold. */
const STANDARD_ERRORS = 2;
/** Rates that are looked at: down to a thousandth of the largest that is planned with. */
const LEAST_SHARE_OF_MOST = 1e-3;
const STEPS = 11;

const LEAST_MEASUREMENTS = 20;
const DRAWS = 80;
/** A draw of the bootstrap counts by its ratio to the measured sample on the same random numbers, so fewer requests are enough. */
const REQUESTS_OF_A_DRAW = 1_500;
const STEPS_OF_A_DRAW = 7;
const DRAW_FACTOR = 2;
const TAIL = 0.025;

/**
 * Capacity of one replica at a latency SLO: the largest rate of Poisson arrivals at which no more than `missRatio` of the requests wait longer than
 * `waitSeconds` for a place. The queue is that of the `slo` policy (as `createShadowFleet`): first come, first served, over `concurrency` places; service times
 * are drawn from the measured ones. The rate never uses more than 0.9 of the places, the limit that the policy plans with. null when not even a
 * thousandth of that rate keeps the share. The random numbers have a seed, so the same question gives the same answer. The event loop is free between
 * simulated queues.
 *
 * @example 1 place, exponential service of mean 1 s, 5 % may wait longer than 2 s: less than 0.23 a second by at most a tenth (M/M/1: rho x exp(-2 (1 - rho)) = 0.05).
 */
export async function measureCapacity(question: CapacityQuestion): Promise<Capacity | null> {
  const { serviceSeconds, concurrency, missRatio } = question;
  const ascending = thinOut(Float64Array.from(serviceSeconds).sort());
  if (ascending.length === 0 || computeMean(ascending) <= 0) return null;
  const wanted = Math.max(REQUESTS, Math.ceil(MISSES / missRatio), REQUESTS_OF_A_PLACE * concurrency);
  const requests = Math.min(MOST_REQUESTS, wanted);
  const simulation = createSimulation(question, requests, SEED);
  const most = computeMostRate(ascending, question);
  const keeps = (rate: number) => simulation.keeps(ascending, rate, STANDARD_ERRORS);
  const requestsPerSecond = await findLargestRate(keeps, { least: most * LEAST_SHARE_OF_MOST, most }, STEPS);
  if (requestsPerSecond === null) return null;
  return { requestsPerSecond, interval: await bootstrapCapacity(question, ascending, requestsPerSecond) };
}

/** Percentile bootstrap: service times are drawn with replacement, and the capacity of each draw is found relative to that of the whole sample. */
async function bootstrapCapacity(question: CapacityQuestion, ascending: Float64Array, capacity: number) {
  if (ascending.length < LEAST_MEASUREMENTS) return null;
  const random = createRandom(SEED + 1);
  const simulation = createSimulation(question, REQUESTS_OF_A_DRAW, SEED + 2);
  const capacityOf = async (sample: Float64Array) => {
    const most = Math.min(computeMostRate(sample, question), capacity * DRAW_FACTOR);
    const least = Math.min(most, capacity / DRAW_FACTOR);
    return (
      (await findLargestRate((rate) => simulation.keeps(sample, rate, 0), { least, most }, STEPS_OF_A_DRAW)) ?? least
    );
  };
  const whole = await capacityOf(ascending);
  const drawn: number[] = [];
  for (let draw = 0; draw < DRAWS; draw += 1) {
    drawn.push((capacity * (await capacityOf(drawSample(ascending, random)))) / whole);
  }
  drawn.sort((a, b) => a - b);
  const at = (share: number) => drawn[Math.round(share * (DRAWS - 1))] ?? capacity;
  return { lower: Math.min(capacity, at(TAIL)), upper: Math.max(capacity, at(1 - TAIL)) };
}

/** As many values as there are, drawn with replacement, ascending: how often each was drawn is counted, which is faster than sorting them. */
function drawSample(ascending: Float64Array, random: Random): Float64Array {
  const size = ascending.length;
  const counts = new Uint32Array(size);
  for (let draw = 0; draw < size; draw += 1) {
    const index = Math.floor(random() * size);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const sample = new Float64Array(size);
  let filled = 0;
  for (let index = 0; index < size; index += 1) {
    const until = filled + (counts[index] ?? 0);
    for (; filled < until; filled += 1) sample[filled] = ascending[index] ?? 0;
  }
  return sample;
}

/** Reduces to `MOST_MEASUREMENTS` quantiles, in the middle of equal shares. */
function thinOut(ascending: Float64Array): Float64Array {
  if (ascending.length <= MOST_MEASUREMENTS) return ascending;
  const share = ascending.length / MOST_MEASUREMENTS;
  return Float64Array.from(
    { length: MOST_MEASUREMENTS },
    (_, index) => ascending[Math.floor((index + 0.5) * share)] ?? 0,
  );
}

function computeMostRate(ascending: Float64Array, { concurrency }: CapacityQuestion): number {
  return (MOST_UTILISATION_RATIO * concurrency) / computeMean(ascending);
}

function computeMean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Bisection of the logarithm; null when the least rate does not keep the share. */
async function findLargestRate(
  keeps: (rate: number) => boolean,
  { least, most }: { readonly least: number; readonly most: number },
  steps: number,
): Promise<number | null> {
  await nextTurn();
  if (keeps(most)) return most;
  if (!keeps(least)) return null;
  let [kept, missed] = [least, most];
  for (let step = 0; step < steps; step += 1) {
    await nextTurn();
    const rate = Math.sqrt(kept * missed);
    if (keeps(rate)) kept = rate;
    else missed = rate;
  }
  return kept;
}

/** Simulates one queue on the same random numbers each time: waits never fall when the rate or a service time rises. */
function createSimulation({ concurrency, waitSeconds, missRatio }: CapacityQuestion, requests: number, seed: number) {
  const random = createRandom(seed);
  const gaps = drawNumbers(requests, () => -Math.log(1 - random()));
  const places = drawNumbers(requests, random);
  const first = Math.floor(requests * WARM_UP_SHARE);
  return {
    /** Whether the share of misses, plus so many of its standard errors, is at most `missRatio`. */
    keeps(ascending: Float64Array, rate: number, standardErrors: number): boolean {
      const freeAt = new Float64Array(concurrency);
      const misses = new Float64Array(requests);
      const allowed = missRatio * (requests - first);
      let at = 0;
      let missed = 0;
      for (let index = 0; index < requests; index += 1) {
        at += (gaps[index] ?? 0) / rate;
        const service = ascending[Math.floor((places[index] ?? 0) * ascending.length)] ?? 0;
        const start = Math.max(at, freeAt[0] ?? 0);
        occupyEarliest(freeAt, start + service);
        if (start - at <= waitSeconds || index < first) continue;
        misses[index] = 1;
        missed += 1;
        if (missed > allowed) return false;
      }
      const counted = misses.subarray(first);
      const error = standardErrors === 0 ? 0 : (computeMissStandardError(counted, 0) ?? 0);
      return missed / counted.length + standardErrors * error <= missRatio;
    },
  };
}

/** The place that is free first is occupied until then. `freeAt`: release times as a binary heap, the earliest first. */
function occupyEarliest(freeAt: Float64Array, until: number): void {
  let place = 0;
  for (let child = 1; child < freeAt.length; child = 2 * place + 1) {
    if ((freeAt[child + 1] ?? Number.POSITIVE_INFINITY) < (freeAt[child] ?? 0)) child += 1;
    const release = freeAt[child] ?? 0;
    if (release >= until) break;
    freeAt[place] = release;
    place = child;
  }
  freeAt[place] = until;
}

function drawNumbers(count: number, draw: Random): Float64Array {
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; index += 1) numbers[index] = draw();
  return numbers;
}
