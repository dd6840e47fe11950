import type { FitCandidate, Stage } from './configurations.ts';

/** A cascade on rows: quality and cost by row, and the traffic of each stage. */
export interface Replay {
  readonly quality: Float64Array;
  readonly cost: Float64Array;
  /** Rows that reached the stage. */
  readonly asked: readonly number[];
  /** Rows that the stage answered. */
  readonly accepted: readonly number[];
}

/**
 * Sends every row through the stages in order: a stage answers where its confidence is at least its threshold, or it has none. An unknown
 * confidence is below every threshold. Every stage that is asked is paid. The last stage answers the rest.
 */
export function replayCascade(candidates: readonly FitCandidate[], stages: readonly Stage[], rows: number): Replay {
  const quality = new Float64Array(rows);
  const cost = new Float64Array(rows);
  const asked = stages.map(() => 0);
  const accepted = stages.map(() => 0);
  for (let row = 0; row < rows; row += 1) {
    for (const [at, stage] of stages.entries()) {
      const candidate = candidates[stage.candidate] as FitCandidate;
      asked[at] = (asked[at] ?? 0) + 1;
      cost[row] = (cost[row] as number) + (candidate.cost[row] as number);
      if (at < stages.length - 1 && !isAccepted(candidate, stage, row)) continue;
      quality[row] = candidate.quality[row] as number;
      accepted[at] = (accepted[at] ?? 0) + 1;
      break;
    }
  }
  return { quality, cost, asked, accepted };
}

function isAccepted({ confidence }: FitCandidate, { acceptAtConfidence }: Stage, row: number): boolean {
  if (acceptAtConfidence === null) return true;
  return (confidence?.[row] ?? Number.NaN) >= acceptAtConfidence;
}
