import type { Random } from '../../src/platform/numbers/index.ts';
import type { PairedCounts } from '../../src/tradeoff/statistics/index.ts';
import type { ApiOutcomes } from './decision-data.ts';

/** A stage by the place of its API; null accepts every answer. */
export interface ReplayedStage {
  readonly api: number;
  readonly acceptAtConfidence: number | null;
}

/** A cascade on some rows: pairs of its outcome and the baseline's, and the share of the baseline's cost that it saves. */
export interface ReplayedCascade {
  readonly counts: PairedCounts;
  readonly saving: number;
}

/** Asks the stages in order on each row; every stage that is asked is paid. */
export function replayStages(
  apis: readonly ApiOutcomes[],
  rows: Iterable<number>,
  stages: readonly ReplayedStage[],
  baseline: number,
): ReplayedCascade {
  const counts = { both: 0, onlyCandidate: 0, onlyBaseline: 0, neither: 0 };
  const reference = apis[baseline] as ApiOutcomes;
  let [paid, n] = [0, 0];
  for (const row of rows) {
    let isCorrect = false;
    for (const [at, { api, acceptAtConfidence }] of stages.entries()) {
      const asked = apis[api] as ApiOutcomes;
      paid += asked.pricePerThousand;
      isCorrect = asked.correct[row] === 1;
      const isLast = at === stages.length - 1;
      if (isLast || acceptAtConfidence === null || (asked.confidence[row] as number) >= acceptAtConfidence) break;
    }
    const wasCorrect = reference.correct[row] === 1;
    counts[isCorrect ? (wasCorrect ? 'both' : 'onlyCandidate') : wasCorrect ? 'onlyBaseline' : 'neither'] += 1;
    n += 1;
  }
  return { counts, saving: 1 - paid / (n * reference.pricePerThousand) };
}

/** The API with the most correct answers on these rows; ties go to the lower price. */
export function findBestApi(apis: readonly ApiOutcomes[], rows: readonly number[]): number {
  const right = apis.map(({ correct }) => rows.reduce((sum, row) => sum + (correct[row] as number), 0));
  const isBetter = (one: number, other: number): boolean =>
    (right[one] as number) > (right[other] as number) ||
    (right[one] === right[other] &&
      (apis[one] as ApiOutcomes).pricePerThousand < (apis[other] as ApiOutcomes).pricePerThousand);
  return apis.reduce((best, _, at) => (isBetter(at, best) ? at : best), 0);
}

/**
 * The rule without a test: the cheapest cascade of a cheaper API and the best one, by one threshold of confidence, whose accuracy on
 * these rows fell by at most `mostLoss`. A threshold below every confidence is the cheaper API alone. The best API alone where none
 * qualifies.
 */
export function fitThresholdRule(
  apis: readonly ApiOutcomes[],
  rows: readonly number[],
  mostLoss: number,
): { readonly baseline: number; readonly stages: readonly ReplayedStage[] } {
  const baseline = findBestApi(apis, rows);
  const best = apis[baseline] as ApiOutcomes;
  let cost = best.pricePerThousand;
  let stages: readonly ReplayedStage[] = [{ api: baseline, acceptAtConfidence: null }];
  for (const [at, cheap] of apis.entries()) {
    if (cheap.pricePerThousand >= best.pricePerThousand) continue;
    const confidence = (row: number): number => cheap.confidence[row] || 0;
    const order = rows.toSorted((a, b) => confidence(b) - confidence(a));
    let gained = 0;
    for (let i = 0; i < order.length; i += 1) {
      const row = order[i] as number;
      gained += (cheap.correct[row] as number) - (best.correct[row] as number);
      const next = order[i + 1];
      if (next !== undefined && confidence(next) === confidence(row)) continue;
      const asked = cheap.pricePerThousand + (best.pricePerThousand * (order.length - i - 1)) / order.length;
      if (gained / order.length < -mostLoss || asked >= cost) continue;
      cost = asked;
      stages = [
        { api: at, acceptAtConfidence: confidence(row) },
        { api: baseline, acceptAtConfidence: null },
      ];
    }
  }
  return { baseline, stages };
}

/** Numbers 0 to n - 1 in a random order (Fisher and Yates). */
export function shuffleRows(n: number, random: Random): number[] {
  const rows = Array.from({ length: n }, (_, row) => row);
  for (let at = n - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [rows[at], rows[other]] = [rows[other] as number, rows[at] as number];
  }
  return rows;
}
