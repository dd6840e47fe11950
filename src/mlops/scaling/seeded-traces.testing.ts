import { normal, seeded } from '../../testing/random.ts';
import type { Trace } from './simulation.ts';

const exponential = (next: () => number, mean: number): number => -mean * Math.log(1 - next());

interface Service {
  readonly meanSeconds: number;
  /** Standard deviation of the logarithm. */
  readonly spread: number;
}

const SHORT: Service = { meanSeconds: 1, spread: 0.8 };

/** Poisson arrivals at a rate (requests a second) that changes with time, lognormal service. */
export function poisson(
  seed: number,
  seconds: number,
  rate: (atSeconds: number) => number,
  highest: number,
  service: Service = SHORT,
): Trace {
  const next = seeded(seed);
  const at: number[] = [];
  const served: number[] = [];
  for (let time = exponential(next, 1 / highest); time < seconds; time += exponential(next, 1 / highest)) {
    if (next() * highest >= rate(time)) continue;
    at.push(time);
    served.push(service.meanSeconds * Math.exp(service.spread * normal(next) - service.spread ** 2 / 2));
  }
  const first = at[0] ?? 0;
  return { atSeconds: Float64Array.from(at, (time) => time - first), serviceSeconds: Float64Array.from(served) };
}

const HOUR = 3600;

/** One day: from 2 to 20 requests a second and back. */
export const day = (seed: number): Trace =>
  poisson(seed, 24 * HOUR, (at) => 11 - 9 * Math.cos((2 * Math.PI * at) / (24 * HOUR)), 20);

/** 3, 30, 6 and 15 requests a second, an hour each. */
export const steps = (seed: number): Trace =>
  poisson(seed, 4 * HOUR, (at) => [3, 30, 6, 15][Math.floor(at / HOUR)] ?? 0, 30);

/** Two hours of the same. */
export const flat = (seed: number): Trace => poisson(seed, 2 * HOUR, () => 10, 10);

/** Nights with hardly anything. */
export const nights = (seed: number): Trace =>
  poisson(seed, 24 * HOUR, (at) => (at > 8 * HOUR && at < 18 * HOUR ? 12 : 0.02), 12);

/** 25 requests a second for 100 s, every 50 minutes. */
export const spikes = (seed: number): Trace => poisson(seed, 6 * HOUR, (at) => (at % 3000 > 2900 ? 25 : 2), 25);

/** Images that take 25 s each. */
export const images = (seed: number): Trace =>
  poisson(seed, 8 * HOUR, (at) => 0.15 + 0.1 * Math.sin((2 * Math.PI * at) / (4 * HOUR)), 0.25, {
    meanSeconds: 25,
    spread: 0.5,
  });

/** A rate that wanders around its mean: the logarithm returns to its mean with a memory of so many seconds. */
function createRandomWalk(seed: number, seconds: number, mean: number, spread: number, memorySeconds: number) {
  const stepSeconds = 5;
  const next = seeded(seed + 1);
  const kept = Math.exp(-stepSeconds / memorySeconds);
  let logarithm = spread * normal(next);
  const rates = Array.from({ length: Math.ceil(seconds / stepSeconds) }, () => {
    const rate = mean * Math.exp(logarithm - spread ** 2 / 2);
    logarithm = logarithm * kept + spread * Math.sqrt(1 - kept ** 2) * normal(next);
    return rate;
  });
  return { rate: (at: number) => rates[Math.floor(at / stepSeconds)] ?? mean, highest: Math.max(mean, ...rates) };
}

/** An hour of chat with a language model: answers that take 6.5 s each, 5 requests a second or so, from the first second on. */
export function chat(seed: number): Trace {
  const { rate, highest } = createRandomWalk(seed, HOUR, 5.4, 0.25, 300);
  return poisson(seed, HOUR, rate, highest, { meanSeconds: 6.5, spread: 0.9 });
}

/** Demand that wanders between a quarter and four times its mean within tens of minutes. */
export function wander(seed: number): Trace {
  const { rate, highest } = createRandomWalk(seed, 3 * HOUR, 4, 0.7, 600);
  return poisson(seed, 3 * HOUR, rate, highest, { meanSeconds: 3, spread: 0.8 });
}

/** Service times of a heavy tail: Pareto's with exponent 1.5 and mean 3 s, cut at five minutes. */
export function heavyTail(seed: number): Trace {
  const next = seeded(seed + 3);
  const { atSeconds } = poisson(seed, 3 * HOUR, () => 3, 3);
  return { atSeconds, serviceSeconds: atSeconds.map(() => Math.min(300, (1 - next()) ** (-1 / 1.5))) };
}

/** Requests that come in clusters within ten seconds, of sizes with a heavy tail. */
export function clusters(seed: number): Trace {
  const next = seeded(seed);
  const times: number[] = [];
  for (let time = 0; time < 3 * HOUR; time += exponential(next, 20)) {
    const size = Math.min(400, Math.ceil(5 * (1 - next()) ** (-1 / 1.5)));
    for (let one = 0; one < size; one += 1) times.push(time + exponential(next, 10));
  }
  times.sort((a, b) => a - b);
  const first = times[0] ?? 0;
  const atSeconds = Float64Array.from(times, (time) => time - first);
  return { atSeconds, serviceSeconds: atSeconds.map(() => exponential(next, 1.5)) };
}

/** Two peaks in twelve hours. */
export const diurnal = (seed: number): Trace =>
  poisson(seed, 12 * HOUR, (at) => 1.6 - 1.4 * Math.cos((2 * Math.PI * at) / (6 * HOUR)), 3, {
    meanSeconds: 4,
    spread: 0.8,
  });

/** Bursts of a minute or so, 5 to 25 requests a second, every few minutes. */
export function bursts(seed: number, seconds = 4 * HOUR): Trace {
  const next = seeded(seed + 7);
  const phases: { readonly from: number; readonly rate: number }[] = [];
  for (let time = 0; time < seconds; ) {
    const busy = next() < 0.35;
    phases.push({ from: time, rate: busy ? 5 + 20 * next() : 0.3 });
    time += exponential(next, busy ? 60 : 90);
  }
  let place = 0;
  const rate = (at: number): number => {
    while ((phases[place + 1]?.from ?? Number.POSITIVE_INFINITY) <= at) place += 1;
    return phases[place]?.rate ?? 0;
  };
  return poisson(seed, seconds, rate, 25);
}
