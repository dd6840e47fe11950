import { createRandom, type Random } from '../../../platform/numbers/index.ts';
import { createChangeDetector, createHoldoutPairing } from '../sequential/e-detector.ts';

/** A way to watch a kept candidate: paired copies of each request, or a hold-out share that stays on the baseline. */
export interface WatchDesign {
  readonly name: string;
  /** Share of the requests on the baseline; null: each request is answered by both (shadow). */
  readonly holdout: number | null;
}

export const WATCH_DESIGNS: readonly WatchDesign[] = [
  { name: 'paired shadow', holdout: null },
  { name: 'hold-out of 20 %', holdout: 0.2 },
  { name: 'hold-out of 5 %', holdout: 0.05 },
  { name: 'hold-out of 1 %', holdout: 0.01 },
];

/** Success rates: the baseline, and the candidate after the change. Before it, both are equal. */
export interface Change {
  readonly baseline: number;
  readonly candidate: number;
  readonly margin: number;
}

/** Discordant pairs of a shadow before the change, in each direction. */
const DISCORDANT = 0.03;

/**
 * Information of one request, in nats: the largest expected logarithm of an e-value 1 + b (-margin - d) after the change, over the
 * bets b. For a shadow d is the difference of a pair. For a hold-out of share h a request carries h of a pair of one baseline outcome
 * and the mean of (1 - h) / h candidate outcomes, and the expansion to the second order is used: loss^2 / (2 variance), with the loss
 * beyond the margin and variance = p q + p' q' h / (1 - h).
 */
export function computeInformation({ holdout }: WatchDesign, { baseline, candidate, margin }: Change): number {
  const loss = baseline - candidate - margin;
  if (holdout !== null) {
    const variance = baseline * (1 - baseline) + (candidate * (1 - candidate) * holdout) / (1 - holdout);
    return (holdout * loss ** 2) / (2 * variance);
  }
  const worse = DISCORDANT + (baseline - candidate);
  const growth = (bet: number): number =>
    worse * Math.log1p(bet * (1 - margin)) +
    DISCORDANT * Math.log1p(-bet * (1 + margin)) +
    (1 - worse - DISCORDANT) * Math.log1p(-bet * margin);
  let largest = 0;
  for (let bet = 0.001; bet < 1 / (1 + margin); bet += 0.001) largest = Math.max(largest, growth(bet));
  return largest;
}

/** Requests from the change to the alarm, over `runs` runs; each starts with `before` requests without a loss. */
export function simulateDelays(
  design: WatchDesign,
  change: Change,
  averageRunLength: number,
  before: number,
  runs: number,
) {
  const delays: number[] = [];
  let falseAlarms = 0;
  for (let run = 0; run < runs; run += 1) {
    const delay = simulateDelay(design, change, averageRunLength, before, createRandom(run + 1));
    if (delay === null) falseAlarms += 1;
    else delays.push(delay);
  }
  const sorted = delays.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, falseAlarms };
}

/** Null where the alarm comes before the change. */
function simulateDelay(
  design: WatchDesign,
  change: Change,
  averageRunLength: number,
  before: number,
  next: Random,
): number | null {
  const detector = createChangeDetector({ margin: change.margin, averageRunLength });
  const draw = design.holdout === null ? createShadow(change, next) : createHoldout(design.holdout, change, next);
  for (let request = 0; ; request += 1) {
    const isChanged = request >= before;
    const difference = draw(isChanged);
    if (difference !== null && detector.add(difference)) return isChanged ? request - before + 1 : null;
  }
}

function createShadow({ baseline, candidate }: Change, next: Random): (isChanged: boolean) => number {
  return (isChanged) => {
    const random = next();
    if (random < DISCORDANT) return 1;
    return random < 2 * DISCORDANT + (isChanged ? baseline - candidate : 0) ? -1 : 0;
  };
}

function createHoldout(
  share: number,
  { baseline, candidate }: Change,
  next: Random,
): (isChanged: boolean) => number | null {
  const pairing = createHoldoutPairing();
  return (isChanged) => {
    const isBaseline = next() < share;
    const rate = isBaseline || !isChanged ? baseline : candidate;
    return pairing.add(isBaseline ? 'baseline' : 'candidate', next() < rate ? 1 : 0);
  };
}
