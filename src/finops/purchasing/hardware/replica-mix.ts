import { type LinearRow, minimise } from './simplex.ts';

/** A kind of replica: its price, and the requests per second of each size that it answers within the latency limit. */
export interface ReplicaType {
  readonly name: string;
  /** Per hour; a plain number, since it only orders the mixes. */
  readonly pricePerHour: number;
  /** By bucket of request sizes, within the requested latency; null if it was not measured, or never within the latency. */
  readonly requestsPerSecond: readonly (number | null)[];
}

export interface MixQuestion {
  readonly types: readonly ReplicaType[];
  /** Requests a second by bucket. */
  readonly demand: readonly number[];
  /** Share of its measured rate that a replica is loaded with, 0 to 1. */
  readonly loadRatio: number;
  readonly leastReplicas: number;
  readonly mostReplicas: number;
}

export interface ReplicaMix {
  /** By type. */
  readonly replicas: readonly number[];
  readonly pricePerHour: number;
  /** By bucket and type: share of the bucket's requests for this type. */
  readonly shares: readonly (readonly number[])[];
  /** Whether no cheaper mix exists; false when the search was ended. */
  readonly isProven: boolean;
}

const TINY = 1e-7;
const MOST_NODES = 3000;

interface Bounds {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * The cheapest replicas that answer all requests in time, after Mélange (Griggs et al., 2024): branch and bound on the
 * numbers of replicas over linear programs, in which requests of one size may be split between types. Null if no mix does.
 * Example: 15 requests/s, a type of 10/s at 1 USD and one of 20/s at 1.5 USD -> one of the second.
 */
export async function findCheapestMix(question: MixQuestion, breathe: () => Promise<void>): Promise<ReplicaMix | null> {
  const { types, mostReplicas } = question;
  let best: Omit<ReplicaMix, 'isProven'> | null = null;
  const open: Bounds[] = [{ low: types.map(() => 0), high: types.map(() => mostReplicas) }];
  let nodes = 0;
  for (let bounds = open.pop(); bounds !== undefined; bounds = open.pop()) {
    nodes += 1;
    if (nodes > MOST_NODES) return best === null ? null : { ...best, isProven: false };
    if (nodes % 20 === 0) await breathe();
    const relaxed = solve(question, bounds);
    if (relaxed === null || (best !== null && relaxed.pricePerHour >= best.pricePerHour - TINY)) continue;
    const whole = roundUp(question, relaxed.replicas);
    if (whole !== null && (best === null || whole.pricePerHour < best.pricePerHour - TINY)) best = whole;
    const broken = relaxed.replicas.findIndex((count) => Math.abs(count - Math.round(count)) > TINY);
    if (broken >= 0) open.push(...splitBounds(bounds, broken, relaxed.replicas[broken] as number));
  }
  return best === null ? null : { ...best, isProven: true };
}

function splitBounds({ low, high }: Bounds, at: number, count: number): Bounds[] {
  return [
    { low: low.with(at, Math.ceil(count)), high },
    { low, high: high.with(at, Math.floor(count)) },
  ];
}

/** Rounding up always fits, but for the most replicas that there may be of a type. */
function roundUp(question: MixQuestion, replicas: readonly number[]): Omit<ReplicaMix, 'isProven'> | null {
  const whole = replicas.map((count) => Math.max(0, Math.ceil(count - TINY)));
  return whole.some((count) => count > question.mostReplicas) ? null : distributeRequests(question, whole);
}

/** Distribution of the requests over given replicas; null if they cannot answer all requests in time. */
export function distributeRequests(
  question: MixQuestion,
  replicas: readonly number[],
): Omit<ReplicaMix, 'isProven'> | null {
  const found = solve({ ...question, leastReplicas: 0 }, { low: replicas, high: replicas });
  if (found === null) return null;
  const pricePerHour = question.types.reduce((sum, type, at) => sum + type.pricePerHour * (replicas[at] as number), 0);
  return { replicas, pricePerHour, shares: found.shares };
}

/**
 * Variables: the replicas of each type, then of each bucket the replicas of a type that its requests keep busy. All
 * coefficients are speeds relative to the fastest type of the bucket: loads from 1e-5 to 1e4 would cost the solver its digits.
 */
function solve(
  { types, demand, loadRatio, leastReplicas }: MixQuestion,
  { low, high }: Bounds,
): { replicas: number[]; pricePerHour: number; shares: number[][] } | null {
  const fastest = demand.map((_, bucket) => Math.max(...types.map((type) => type.requestsPerSecond[bucket] ?? 0)));
  if (fastest.some((rate) => rate <= 0)) return null;
  const speeds = fastest.map((most, bucket) => types.map((type) => (type.requestsPerSecond[bucket] ?? 0) / most));
  const places = speeds.flatMap((ofTypes, bucket) =>
    ofTypes.flatMap((speed, type) => (speed > 0 ? [{ bucket, type, speed }] : [])),
  );
  const width = types.length + places.length;
  const line = (fill: (column: number) => number) => Array.from({ length: width }, (_, column) => fill(column));
  const place = (column: number) => places[column - types.length];
  const rows: LinearRow[] = [
    ...demand.map(
      (rate, bucket): LinearRow => ({
        coefficients: line((column) => (place(column)?.bucket === bucket ? (place(column)?.speed ?? 0) : 0)),
        relation: '=',
        bound: rate / ((fastest[bucket] as number) * loadRatio),
      }),
    ),
    ...types.flatMap((_, type): LinearRow[] => {
      const count = line((column) => (column === type ? 1 : 0));
      const busy = line((column) => (column === type ? -1 : place(column)?.type === type ? 1 : 0));
      return [
        { coefficients: busy, relation: '<=', bound: 0 },
        { coefficients: count, relation: '<=', bound: high[type] as number },
        ...((low[type] as number) > 0
          ? [{ coefficients: count, relation: '>=', bound: low[type] as number } as const]
          : []),
      ];
    }),
    { coefficients: line((column) => (column < types.length ? 1 : 0)), relation: '>=', bound: leastReplicas },
  ];
  const found = minimise({ cost: line((column) => types[column]?.pricePerHour ?? 0), rows });
  if (found === null) return null;
  const replicas = found.x.slice(0, types.length);
  const work = demand.map(() => types.map(() => 0));
  places.forEach(({ bucket, type, speed }, at) => {
    (work[bucket] as number[])[type] = (found.x[types.length + at] ?? 0) * speed;
  });
  const shares = work.map((ofTypes, bucket) => toShares(ofTypes, speeds[bucket] as number[], replicas));
  return { replicas, pricePerHour: found.cost, shares };
}

/** Shares of a bucket's requests by type; requests too few to measure go to the capable type with the most replicas. */
function toShares(work: readonly number[], speeds: readonly number[], replicas: readonly number[]): number[] {
  const total = work.reduce((sum, one) => sum + one, 0);
  if (total > 0) return work.map((one) => one / total);
  const capable = replicas.map((count, type) => ((speeds[type] as number) > 0 ? count : -1));
  const chosen = capable.indexOf(Math.max(...capable));
  return work.map((_, type) => (type === chosen ? 1 : 0));
}
