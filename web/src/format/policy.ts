import type { PolicySpec } from '../../../src/tradeoff/gates/schema.ts';

/** Team and environment of a policy, to append to its name: ` (team search, production)`; empty without both. */
export function formatPolicyScope({ team, environment }: Pick<PolicySpec, 'team' | 'environment'>): string {
  const parts = [team === undefined ? [] : [`team ${team}`], environment ?? []].flat();
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
