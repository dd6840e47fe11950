import type { FrontierFacts } from './facts.ts';
import type { QualityAxis } from './schema.ts';

/** One-sided error of a test where no policy states one. */
const DEFAULT_ALPHA = 0.05;

/** One-sided error of each test: that of the policy, else 0.05. */
export function chooseAlpha({ policy }: Pick<FrontierFacts, 'policy'>): number {
  return policy?.spec.alpha ?? DEFAULT_ALPHA;
}

/**
 * Largest accepted loss of the policy against a quality, in the unit of the metric; a relative margin is taken of that quality. null where the
 * policy states none, and for a relative margin of an unknown quality.
 *
 * @example findPolicyMargin(facts.policy, axis, 0.94) // 0.02
 */
export function findPolicyMargin(
  policy: FrontierFacts['policy'],
  axis: QualityAxis | null,
  quality: number | null,
): number | null {
  const rule = policy?.spec.quality.find(({ metric }) => metric === axis?.metric);
  if (rule?.nonInferiority !== undefined && 'margin' in rule.nonInferiority) return Number(rule.nonInferiority.margin);
  if (rule?.notWorseThanChampionBy !== undefined) return Number(rule.notWorseThanChampionBy);
  if (rule?.nonInferiority === undefined || quality === null) return null;
  return rule.nonInferiority.relativeMargin * Math.abs(quality);
}
