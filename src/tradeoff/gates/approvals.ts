import type { GateFacts } from '../evidence/schema.ts';
import type { Check, PolicySpec } from './schema.ts';

/** Role of the caller of a server without accounts: it has every role. */
export const LOCAL_ROLE = 'local';

/** Checks the required approvals; inconclusive until there are enough. Empty for a run, which cannot be approved yet. */
export function checkApprovals({ approvals: rules = [] }: PolicySpec, facts: GateFacts | undefined): Check[] {
  if (rules.length === 0 || facts?.approvals === null) return [];
  return rules.map(({ role, count, by }) => {
    const given = (facts?.approvals ?? []).filter(
      (approval) =>
        (approval.role === role || approval.role === LOCAL_ROLE) &&
        (by === 'anyone' || approval.role === LOCAL_ROLE || approval.account !== facts?.requestedBy),
    );
    const accounts = new Set(given.map(({ account }) => account));
    return {
      name: `approval by ${role}`,
      side: 'approval',
      measured: String(accounts.size),
      unit: count === 1 ? 'account' : 'accounts',
      comparison: '>=',
      bound: String(count),
      holds: accounts.size >= count ? true : null,
      interval: null,
      source:
        accounts.size === 0
          ? `no approval yet; an account with the role ${role} runs "steelyard gate approve"${by === 'others' ? ' (not the account that requests the gate)' : ''}`
          : `approved by ${[...accounts].join(', ')}`,
    };
  });
}
