/** Free parameters of the policy `slo`. */
export interface SloCandidate {
  readonly excessWeight: number;
  readonly halfLifeSeconds: number;
  readonly headrooms: readonly number[];
}

/** One replay of one trace. */
export interface Outcome {
  readonly trace: string;
  /** Recording that the trace is of. */
  readonly source: string;
  readonly candidate: SloCandidate;
  /** Share of the requests that may wait too long, 0 to 1. */
  readonly share: number;
  readonly replicaHours: number;
  /** Share that did, 0 to 1, and its standard error. */
  readonly waitingShare: number;
  readonly error: number;
}

/** True if the stated share was exceeded by more than two standard errors. */
export function isViolated({ share, waitingShare, error }: Outcome): boolean {
  return waitingShare > share + 2 * error;
}

/**
 * The candidate with the fewest violations; among equals the one with the fewest replays above the stated share, then with the lowest geometric mean of
 * replica-hours. Null without outcomes. Every candidate must have been replayed on the same traces.
 */
export function chooseCandidate(outcomes: readonly Outcome[]): SloCandidate | null {
  const byCandidate = Map.groupBy(outcomes, ({ candidate }) => JSON.stringify(candidate));
  const [best] = [...byCandidate.values()]
    .map((of) => ({
      candidate: of[0]?.candidate ?? null,
      violations: of.filter(isViolated).length,
      above: of.filter(({ share, waitingShare }) => waitingShare > share).length,
      meanLogHours: of.reduce((sum, { replicaHours }) => sum + Math.log(replicaHours), 0) / of.length,
    }))
    .toSorted((a, b) => a.violations - b.violations || a.above - b.above || a.meanLogHours - b.meanLogHours);
  return best?.candidate ?? null;
}

/** Outcomes of the traces of each source, replayed with the candidate that the other sources choose. */
export function leaveSourcesOut(outcomes: readonly Outcome[]): Outcome[] {
  return [...new Set(outcomes.map(({ source }) => source))].flatMap((source) => {
    const chosen = JSON.stringify(chooseCandidate(outcomes.filter((outcome) => outcome.source !== source)));
    return outcomes.filter((outcome) => outcome.source === source && JSON.stringify(outcome.candidate) === chosen);
  });
}
