import type { AllocationRule, AllocationRulesSpec } from './schema.ts';

/** Rules in order, with what is taken for the same before they are matched. */
export type RuleSet = AllocationRulesSpec;

/** A rule that does not give its rows to one subject: a split or a node. Pools are settled in the order of the rules. */
export function isPool(rule: AllocationRule): boolean {
  return rule.subject === undefined;
}

/** Places of the pools in the list of rules, in order: the layers. */
export function poolIndexes(rules: RuleSet): number[] {
  return rules.rules.flatMap((rule, index) => (isPool(rule) ? [index] : []));
}

/** Whether what a rule gives to whom depends on metered usage or workloads, which come in after the bill. */
export function followsUsage(rules: RuleSet): boolean {
  return rules.rules.some(
    ({ split, kubernetes }) =>
      kubernetes !== undefined || (split?.method === 'proportional' && /^(usage:|requests$|tokens$)/.test(split.by)),
  );
}
