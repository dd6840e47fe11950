import { TRIGGER_WINDOW } from '../../mlops/evaluations/schema.ts';
import type { GateFacts, OutcomeEvidence, PairedEvidence, QualityEvidence } from '../evidence/schema.ts';
import { formatSpan } from './freshness.ts';
import type { PolicySpec, QualityRule } from './schema.ts';

/** Smallest overlap of examples where the policy states none. */
const COMPLETENESS = 0.95;
export const DEFAULT_EVALUATION = 'default';

/** Outcomes that the tests of a rule use. */
export interface RuleEvidence {
  readonly outcome: OutcomeEvidence;
  /** null where the rule does not compare with the champion. */
  readonly pair: PairedEvidence | null;
}

/** Policy, evidence and champion of the tests. */
export interface TestContext {
  readonly policy: PolicySpec;
  readonly facts: GateFacts;
  /** Logged metrics of the version. */
  readonly quality: readonly QualityEvidence[];
  /** The champion to compare with; null without one, or where the version is the champion. */
  readonly champion: { readonly version: string } | null;
}

/** Outcomes of a rule, or the reason why it cannot be tested. */
export function findRuleEvidence(rule: QualityRule, context: TestContext): RuleEvidence | { readonly reason: string } {
  const { policy, facts, champion } = context;
  const name = rule.evaluation ?? DEFAULT_EVALUATION;
  const outcome = facts.outcomes.find(({ metric }) => metric === rule.metric);
  if (outcome === undefined) {
    const named = rule.outcome ?? rule.metric;
    if (name === TRIGGER_WINDOW) return { reason: describeUnscored(named) };
    return {
      reason: `no outcome "${named}" in an evaluation "${name}" of this version; import it with "steelyard evaluation import"`,
    };
  }
  const stale = describeStaleness(outcome, context);
  if (stale !== null) return { reason: stale };
  if (champion === null || !comparesWithChampion(rule)) return { outcome, pair: null };
  const pair = facts.pairs.find(({ metric }) => metric === rule.metric);
  if (pair === undefined) {
    if (name === TRIGGER_WINDOW) return { reason: describeUnobserved(outcome.outcome, policy.alias, champion.version) };
    return {
      reason: `@${policy.alias} (version ${champion.version}) has no outcome "${outcome.outcome}" of the same kind in an evaluation "${name}"; import it for its run`,
    };
  }
  const { completeness = COMPLETENESS } = policy;
  if (pair.overlap < completeness) {
    return {
      reason: `${pair.paired.pairs} examples are in both evaluations: ${formatShare(pair.overlap)} of the larger one, and the policy requires ${formatShare(completeness)}; evaluate both versions on the same examples`,
    };
  }
  const staleBaseline = describeStaleness(pair.baseline, context);
  return staleBaseline === null ? { outcome, pair } : { reason: `@${policy.alias}: ${staleBaseline}` };
}

/** The candidate was not scored on the window that triggered its retraining. */
function describeUnscored(outcome: string): string {
  return `no outcome "${outcome}" of this version on the window that triggered the retraining; let the pipeline fetch "steelyard retraining test-set NAME --round N" and send the answers with "steelyard retraining score"; "steelyard retraining show NAME --round N" says why a round has no test set`;
}

/** The candidate was scored on answers of another version, or on none of the prediction log. */
function describeUnobserved(outcome: string, alias: string, version: string): string {
  return `@${alias} (version ${version}) has no logged outcome "${outcome}" of the predictions that this version was scored on: they were answered by another version, or the monitor does not measure it for each prediction; start a round of the retraining for this champion`;
}

export function comparesWithChampion(rule: QualityRule): boolean {
  return [rule.notWorseThanChampionBy, rule.nonInferiority, rule.superiority].some((one) => one !== undefined);
}

/** Metrics whose tests lack evidence: a look is spent only when all tests of a policy can be made. */
export function findUntestable(context: TestContext): { metric: string; reason: string }[] {
  return context.policy.quality.flatMap((rule) => {
    if (!needsTest(rule, context)) return [];
    const found = findRuleEvidence(rule, context);
    return 'reason' in found ? [{ metric: rule.metric, reason: found.reason }] : [];
  });
}

/** Without a champion, rules that only compare with it have nothing to test; nor do floors on a logged interval. */
export function needsTest(rule: QualityRule, context: TestContext): boolean {
  if (context.champion !== null && comparesWithChampion(rule)) return true;
  return rule.floor !== undefined && findLoggedInterval(rule, context) === null;
}

/** A logged metric with its interval. */
export type LoggedInterval = QualityEvidence & { readonly interval: NonNullable<QualityEvidence['interval']> };

/** The logged interval that decides a floor: of a rule that names no evaluation, for a version without outcomes of the metric. */
export function findLoggedInterval(rule: QualityRule, { facts, quality }: TestContext): LoggedInterval | null {
  if (rule.evaluation !== undefined || rule.outcome !== undefined) return null;
  if (facts.outcomes.some(({ metric }) => metric === rule.metric)) return null;
  const logged = quality.find(({ metric }) => metric === rule.metric);
  return logged?.interval == null ? null : { ...logged, interval: logged.interval };
}

function describeStaleness(
  { importedAt }: { readonly importedAt: string },
  { policy, facts }: Pick<TestContext, 'policy' | 'facts'>,
): string | null {
  const most = policy.freshness?.quality;
  const age = Date.parse(facts.at) - Date.parse(importedAt);
  if (most === undefined || age <= most) return null;
  return `the evaluation is from ${importedAt}, ${formatSpan(age)} ago; the policy allows ${formatSpan(most)}; evaluate it again`;
}

/** `0.947` -> `94.7 %`. */
function formatShare(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}
