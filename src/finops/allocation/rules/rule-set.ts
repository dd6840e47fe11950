import type { AllocationRule, AllocationRulesSpec } from './schema.ts';

/** Ordered rules, with the spelling variants to unify before matching. */
export type RuleSet = AllocationRulesSpec;

/**
 * A rule that does not assign its rows to one subject: a split or a node. Pools are settled in the order of the rules.
 */
export function isPool(rule: AllocationRule): boolean {
  return rule.subject === undefined;
}

/** Indexes of the pools in the list of rules, in order: the layers. */
export function listPoolIndexes(rules: RuleSet): number[] {
  return rules.rules.flatMap((rule, index) => (isPool(rule) ? [index] : []));
}

/** True if the result of a rule depends on metered usage or workloads, which arrive after the bill. */
export function dependsOnUsage(rules: RuleSet): boolean {
  return rules.rules.some(
    ({ split, kubernetes }) =>
      kubernetes !== undefined || (split?.method === 'proportional' && /^(usage:|requests$|tokens$)/.test(split.by)),
  );
}
