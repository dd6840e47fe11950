import { normal, seeded } from '../../../testing-random.ts';
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
