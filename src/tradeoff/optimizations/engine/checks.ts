import type { Comparison, ComparisonQuestion } from '../../statistics/index.ts';

export type CheckKind = 'quality' | 'guardrail' | 'saving';

/** A condition of an optimization with its data: ready to be compared at any one-sided error. */
export interface TrialCheck {
  readonly kind: CheckKind;
  readonly name: string;
  /** Predictions, requests or minutes of the smaller arm. */
  readonly n: number;
  /** Reason why there is nothing to compare; null where there is. */
  readonly reason: string | null;
  /** Larger is better in every comparison: `non-inferior` passes, `inferior` shows harm. */
  readonly compare: (question: Pick<ComparisonQuestion, 'tail' | 'looks'>) => Comparison;
}

export type CheckVerdict = 'passes' | 'fails' | 'inconclusive';

/** A check after a look; numbers are differences candidate - baseline oriented so that larger is better, null where unknown. */
export interface JudgedCheck {
  readonly kind: CheckKind;
  readonly name: string;
  readonly verdict: CheckVerdict;
  readonly n: number;
  readonly estimate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly test: string | null;
  /** Further samples for a decision at the present estimate; null: none would decide, or unknown. */
  readonly samplesNeeded: number | null;
  readonly reason: string | null;
}

export interface TrialJudgement {
  readonly checks: readonly JudgedCheck[];
  /** Names of the checks with shown harm. */
  readonly harmed: readonly string[];
  /** Whether all checks pass. */
  readonly isProven: boolean;
}

/**
 * Judges all checks at one look; looks may be taken at any time. A check **passes** at the one-sided error `alpha` over all looks; all must
 * pass, so that no correction for several checks is needed: the chance to keep a change that is worse by a margin in any metric is at most
 * `alpha`. A check **fails** when harm is shown; one failure ends the optimization, so `alpha` is shared by Holm: the chance to roll back a
 * change that is within all margins is at most `harmAlpha` (`alpha` unless evidence begins again with each step).
 */
export function judgeChecks(checks: readonly TrialCheck[], alpha: number, harmAlpha: number = alpha): TrialJudgement {
  const harmed = findHarm(checks, harmAlpha);
  const judged = checks.map((check) => judgeCheck(check, alpha, harmed.has(check.name)));
  return { checks: judged, harmed: [...harmed], isProven: judged.every(({ verdict }) => verdict === 'passes') };
}

/** Holm's rule without p-values: while a check is found at alpha / (number of the rest), the rest are compared again. */
function findHarm(checks: readonly TrialCheck[], alpha: number): Set<string> {
  const harmed = new Set<string>();
  for (;;) {
    const rest = checks.filter(({ name }) => !harmed.has(name));
    const question = { tail: alpha / rest.length, looks: { kind: 'anytime' } } as const;
    const found = rest.filter((check) => check.reason === null && check.compare(question).verdict === 'inferior');
    if (found.length === 0) return harmed;
    for (const { name } of found) harmed.add(name);
  }
}

function judgeCheck(check: TrialCheck, alpha: number, isHarmed: boolean): JudgedCheck {
  const { kind, name, n, reason } = check;
  if (reason !== null) return { kind, name, n, reason, ...UNKNOWN, verdict: 'inconclusive' };
  const { verdict, estimate, lower, upper, test, ...comparison } = check.compare({
    tail: alpha,
    looks: { kind: 'anytime' },
  });
  const passes = !isHarmed && verdict === 'non-inferior';
  return {
    ...{ kind, name, n, test, samplesNeeded: comparison.samplesNeeded, reason: comparison.reason },
    verdict: isHarmed ? 'fails' : passes ? 'passes' : 'inconclusive',
    estimate: toKnown(estimate),
    lower: toKnown(lower),
    upper: toKnown(upper),
  };
}

const UNKNOWN = { estimate: null, lower: null, upper: null, test: null, samplesNeeded: null };

function toKnown(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
