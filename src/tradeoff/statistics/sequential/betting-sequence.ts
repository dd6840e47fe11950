import type { Interval } from '../outcomes.ts';

export interface BoundedQuestion {
  /** Error of each end over the whole sequence, 0 < tail < 0.5. */
  readonly tail: number;
  /** Known bounds of every observation. Default 0 and 1. */
  readonly bounds?: Interval;
}

export interface BoundedSequence {
  /** Adds an observation; O(1). Errors: RangeError where it lies outside the bounds. */
  readonly add: (value: number) => void;
  /** Interval of the mean that holds at every n so far: the ends never move outwards. */
  readonly interval: () => Interval;
}

/** One observation of weight from the prior: mean 1/2, variance 1/4 of the unit interval. */
const PRIOR_MEAN = 0.5;
const PRIOR_VARIANCE = 0.25;
/** Largest bet of the closed form. */
const LARGEST_BET = 0.5;
/** Share of the largest admissible bet that the hedged capital may place. */
const TRUNCATION = 0.5;

/** Brings observations to [0, 1] and refuses others. */
function createScale({ lower, upper }: Interval): {
  readonly toUnit: (value: number) => number;
  readonly fromUnit: (unit: number) => number;
} {
  if (!(lower < upper) || !Number.isFinite(upper - lower))
    throw new RangeError(`Bounds must be finite and rise, not ${lower} to ${upper}`);
  const width = upper - lower;
  return {
    toUnit: (value) => {
      if (!(value >= lower && value <= upper))
        throw new RangeError(`${value} lies outside the bounds ${lower} to ${upper}`);
      return (value - lower) / width;
    },
    fromUnit: (unit) => lower + width * unit,
  };
}

/** The bet of the next observation: sqrt(2 ln(1 / a) / (t ln(1 + t) v)) with v the regularised variance so far. */
interface BetState {
  count: number;
  sum: number;
  squares: number;
}

function computeBet(state: BetState, level: number): number {
  const t = state.count + 1;
  const variance = (PRIOR_VARIANCE + state.squares) / t;
  return Math.sqrt((2 * Math.log(1 / level)) / (t * Math.log(1 + t) * variance));
}

function addToBetState(state: BetState, unit: number): void {
  state.count += 1;
  state.sum += unit;
  const mean = Math.min((PRIOR_MEAN + state.sum) / (state.count + 1), 1);
  state.squares += (unit - mean) ** 2;
}

function createBetState(): BetState {
  return { count: 0, sum: 0, squares: 0 };
}

function checkTail(tail: number): void {
  if (!(tail > 0 && tail < 0.5)) throw new RangeError(`tail must lie between 0 and 0.5, not ${tail}`);
}

/**
 * Empirical-Bernstein confidence sequence with predictable bets, in closed form: the fastest sequence of a bounded mean, O(1) an
 * observation, somewhat wider than the hedged capital. It holds for every n, without an approximation, where each observation has the
 * same conditional mean. Source: Waudby-Smith and Ramdas (2024), theorem 2; equal to `confseq.predmix.predmix_empbern_cs` at
 * alpha = 2 tail, with running intersection.
 * Example: bounds 0 and 1, tail 0.025, values 1, 0, 1 -> the whole of 0 to 1.
 */
export function createEmpiricalBernsteinSequence({
  tail,
  bounds = { lower: 0, upper: 1 },
}: BoundedQuestion): BoundedSequence {
  checkTail(tail);
  const scale = createScale(bounds);
  const below = createLowerEnd(tail);
  const above = createLowerEnd(tail);
  return {
    add: (value) => {
      const unit = scale.toUnit(value);
      below.add(unit);
      above.add(1 - unit);
    },
    interval: () => ({ lower: scale.fromUnit(below.end()), upper: scale.fromUnit(1 - above.end()) }),
  };
}

/** Lower end in the unit interval: weighted mean - (ln(1 / tail) + sum of (x - mean before)^2 psi(bet)) / sum of the bets. */
function createLowerEnd(tail: number): { readonly add: (unit: number) => void; readonly end: () => number } {
  const state = createBetState();
  let bets = 0;
  let weighted = 0;
  let spread = 0;
  let end = 0;
  return {
    add: (unit) => {
      const before = state.count === 0 ? 0 : state.sum / state.count;
      const bet = Math.min(LARGEST_BET, computeBet(state, tail));
      bets += bet;
      weighted += bet * unit;
      spread += (unit - before) ** 2 * (-Math.log1p(-bet) - bet);
      addToBetState(state, unit);
      end = Math.max(end, Math.min(1, (weighted - Math.log(1 / tail) - spread) / bets));
    },
    end: () => end,
  };
}

/**
 * Hedged-capital confidence sequence of a bounded mean: for each candidate mean on a fixed grid two bettors play against it, one that
 * the mean is higher and one that it is lower; a candidate is excluded when one of them multiplied the stake by 1 / tail. It holds for
 * every n, without an approximation. O(grid) an observation, whatever n is. The ends lie one grid step outside the last candidates
 * that remain. Source: Waudby-Smith and Ramdas (2024), section 4.4; equal to `confseq.betting.hedged_cs` at alpha = 2 tail.
 * Example: bounds 0 and 1, tail 0.025, grid 100.
 */
export function createBettingSequence(
  { tail, bounds = { lower: 0, upper: 1 } }: BoundedQuestion,
  grid = 1000,
): BoundedSequence {
  checkTail(tail);
  const scale = createScale(bounds);
  const threshold = Math.log(1 / tail);
  const state = createBetState();
  const higher = new Float64Array(grid + 1);
  const lower = new Float64Array(grid + 1);
  let first = 0;
  let last = grid;
  const isExcluded = (place: number): boolean =>
    (higher[place] as number) > threshold || (lower[place] as number) > threshold;
  return {
    add: (value) => {
      const unit = scale.toUnit(value);
      const bet = computeBet(state, tail);
      for (let place = first; place <= last; place += 1) {
        const mean = place / grid;
        const away = unit - mean;
        higher[place] = (higher[place] as number) + logFactor(Math.min(bet, TRUNCATION / mean), away);
        lower[place] = (lower[place] as number) + logFactor(Math.min(bet, TRUNCATION / (1 - mean)), -away);
      }
      addToBetState(state, unit);
      let [from, to] = [first, last];
      while (from <= to && isExcluded(from)) from += 1;
      while (to >= from && isExcluded(to)) to -= 1;
      // Where every candidate is excluded the observations are not of one mean: the last interval is retained.
      if (from <= to) [first, last] = [from, to];
    },
    interval: () => ({
      lower: scale.fromUnit(Math.max(0, (first - 1) / grid)),
      upper: scale.fromUnit(Math.min(1, (last + 1) / grid)),
    }),
  };
}

function logFactor(bet: number, away: number): number {
  return away === 0 ? 0 : Math.log1p(bet * away);
}
