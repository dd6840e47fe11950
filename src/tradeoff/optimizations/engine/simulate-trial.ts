import { type JudgedCheck, judgeChecks, type TrialCheck } from './checks.ts';
import { compareArms } from './compare-arms.ts';
import type { Direction, Margin, PairedCluster } from './outcomes.ts';
import { watchKept } from './watch.ts';

/** One recorded request that both arms answered, in the order of time. */
export interface RecordedPair {
  /** Scores of both answers. */
  readonly baseline: number;
  readonly candidate: number;
  /** Cost of both answers in one currency. */
  readonly baselineCost: number;
  readonly candidateCost: number;
  /** Caller or entity; left out: each request is independent. */
  readonly cluster?: string;
}

export interface SimulatedTerms {
  readonly margin: Margin;
  readonly better: Direction;
  readonly alpha: number;
  /** Average number of observations to a false alarm after the change is kept. */
  readonly averageRunLength: number;
  readonly range: number;
  /** Pairs at the first look; looks follow at 10 % more each. */
  readonly firstLook?: number;
}

export interface SimulatedTrial {
  readonly outcome: 'kept' | 'rolled back' | 'not proven' | 'undone';
  /** Pairs until it was kept or rolled back. */
  readonly decidedAt: number | null;
  /** Pairs until it was undone. */
  readonly undoneAt: number | null;
  readonly checks: readonly JudgedCheck[];
  /** Saving of a request as a share of the cost of the baseline, over all pairs up to the decision; null when that cost is 0. */
  readonly savedRatio: number | null;
}

const FIRST_LOOK = 20;
const LOOK_GROWTH = 1.1;

/**
 * Replays recorded pairs through the engine of optimizations: looks while it runs, then the watch on the pairs that follow. At the end of the
 * pairs without a decision it is `not proven`, as at a deadline.
 */
export function simulateTrial(pairs: readonly RecordedPair[], terms: SimulatedTerms): SimulatedTrial {
  const clusters = createClusters();
  let next = terms.firstLook ?? FIRST_LOOK;
  let checks: readonly JudgedCheck[] = [];
  for (const [place, pair] of pairs.entries()) {
    clusters.add(pair);
    const seen = place + 1;
    if (seen < next && seen < pairs.length) continue;
    next = Math.ceil(LOOK_GROWTH * next);
    const judgement = judgeChecks(clusters.toChecks(terms), terms.alpha);
    checks = judgement.checks;
    const ended = { checks, savedRatio: clusters.savedRatio() };
    if (judgement.harmed.length > 0) return { ...ended, outcome: 'rolled back', decidedAt: seen, undoneAt: null };
    if (!judgement.isProven) continue;
    const { alarmAt } = watchKept(pairs.slice(seen), terms);
    const undoneAt = alarmAt === null ? null : seen + alarmAt + 1;
    return { ...ended, outcome: undoneAt === null ? 'kept' : 'undone', decidedAt: seen, undoneAt };
  }
  return { outcome: 'not proven', decidedAt: null, undoneAt: null, checks, savedRatio: clusters.savedRatio() };
}

type Sums = { -readonly [Name in keyof PairedCluster]: PairedCluster[Name] };

/** Running sums of scores and costs by cluster. */
function createClusters() {
  const places = new Map<string, number>();
  const scores: Sums[] = [];
  const costs: Sums[] = [];
  const total = { baseline: 0, candidate: 0 };
  const placeOf = (cluster: string | undefined): number => {
    const place = cluster === undefined ? scores.length : (places.get(cluster) ?? scores.length);
    if (place < scores.length) return place;
    if (cluster !== undefined) places.set(cluster, place);
    scores.push({ n: 0, baseline: 0, candidate: 0 });
    costs.push({ n: 0, baseline: 0, candidate: 0 });
    return place;
  };
  return {
    add({ cluster, baseline, candidate, baselineCost, candidateCost }: RecordedPair): void {
      const place = placeOf(cluster);
      addToSums(scores[place], baseline, candidate);
      addToSums(costs[place], baselineCost, candidateCost);
      total.baseline += baselineCost;
      total.candidate += candidateCost;
    },
    savedRatio: () => (total.baseline > 0 ? 1 - total.candidate / total.baseline : null),
    toChecks: ({ margin, better, range }: SimulatedTerms): TrialCheck[] => [
      {
        ...{ kind: 'quality', name: 'quality', n: scores.length, reason: null },
        compare: (question) =>
          compareArms({ design: 'pairs', clusters: scores }, { ...question, margin, better, range }),
      },
      {
        ...{ kind: 'saving', name: 'saving', n: costs.length, reason: null },
        compare: (question) =>
          compareArms(
            { design: 'pairs', clusters: costs },
            { ...question, margin: NO_LOSS, better: 'lower', range: null },
          ),
      },
    ],
  };
}

const NO_LOSS: Margin = { scale: 'absolute', value: 0 };

function addToSums(sums: Sums | undefined, baseline: number, candidate: number): void {
  if (sums === undefined) return;
  sums.n += 1;
  sums.baseline += baseline;
  sums.candidate += candidate;
}
