/** Progress of one trial: its best value of the metric at each amount of money, in the order of money. */
export interface Progress {
  readonly trial: number;
  readonly points: readonly { readonly spent: number; readonly value: number }[];
}

export interface Asha {
  /** Money at the first rung, > 0; each next rung costs `eta` times as much. */
  readonly firstRung: number;
  /** Reduction factor: one in `eta` trials continues after a rung; >= 2. */
  readonly eta: number;
  readonly goal: 'max' | 'min';
}

/**
 * True if a trial continues by asynchronous successive halving (Li et al., 2018), with money as the resource: at each
 * rung that it has paid for, it must be among the best 1/eta of all trials that reached it so far. The first trial at a
 * rung continues, and so does a trial without a value.
 * Example: eta 3, values at a rung 0.9, 0.8, 0.7: only the first of them continues.
 */
export function goesOnByAsha(one: Progress, all: readonly Progress[], { firstRung, eta, goal }: Asha): boolean {
  const spent = one.points.at(-1)?.spent ?? 0;
  for (let rung = firstRung; rung <= spent; rung *= eta) {
    const own = valueAt(one, rung, goal);
    if (own === null) continue;
    const others = all.flatMap((each) => (each.trial === one.trial ? [] : (valueAt(each, rung, goal) ?? [])));
    const survivors = Math.max(1, Math.floor((others.length + 1) / eta));
    if (others.filter((value) => isBetter(value, own, goal)).length >= survivors) return false;
  }
  return true;
}

/** Least number of peers for a meaningful median. */
const LEAST_PEERS = 3;

/**
 * True if a trial continues by the median rule (Golovin et al., 2017): its best value must be no worse than the median
 * of the other trials' averages up to the same money. A trial continues until `warmUp` is spent, and with fewer than
 * three peers that spent as much.
 */
export function goesOnByMedian(
  one: Progress,
  all: readonly Progress[],
  { warmUp, goal }: { readonly warmUp: number; readonly goal: Asha['goal'] },
): boolean {
  const last = one.points.at(-1);
  if (last === undefined || last.spent < warmUp) return true;
  const own = valueAt(one, last.spent, goal);
  const peers = all.filter(({ trial, points }) => trial !== one.trial && (points.at(-1)?.spent ?? 0) >= last.spent);
  const averages = peers.flatMap(
    ({ points }) => average(points.filter(({ spent }) => spent <= last.spent).map(({ value }) => value)) ?? [],
  );
  if (own === null || averages.length < LEAST_PEERS) return true;
  return !isBetter(median(averages), own, goal);
}

/** Best value of a trial at the time when it had spent `spent`; null when it has not spent as much, or has no value. */
function valueAt({ points }: Progress, spent: number, goal: Asha['goal']): number | null {
  if ((points.at(-1)?.spent ?? 0) < spent) return null;
  const pastValues = points.filter((point) => point.spent <= spent).map(({ value }) => value);
  // Without an earlier value, the first report past the rung is the only evidence.
  const first = points.find((point) => point.spent >= spent);
  const values = pastValues.length === 0 && first !== undefined ? [first.value] : pastValues;
  return values.length === 0 ? null : goal === 'max' ? Math.max(...values) : Math.min(...values);
}

export function isBetter(one: number, other: number, goal: Asha['goal']): boolean {
  return goal === 'max' ? one > other : one < other;
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
