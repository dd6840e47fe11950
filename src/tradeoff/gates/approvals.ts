import type { GateFacts } from '../evidence/schema.ts';
import type { Check, PolicySpec } from './schema.ts';

/** Role of the caller of a server without accounts: it has every role. */
export const LOCAL_ROLE = 'local';

/** Checks the required approvals; inconclusive until there are enough, failed when an account with the role declined. Empty for a run, which cannot be approved yet. */
export function checkApprovals({ approvals: rules = [] }: PolicySpec, facts: GateFacts | undefined): Check[] {
  if (rules.length === 0 || facts?.approvals === null) return [];
  return rules.map(({ role, count, by }) => {
    const stated = (facts?.approvals ?? []).filter(
      (approval) => approval.role === role || approval.role === LOCAL_ROLE,
    );
    const declined = stated.filter((approval) => approval.declined === true);
    const given = stated.filter(
      (approval) =>
        approval.declined !== true &&
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
      holds: declined.length > 0 ? false : accounts.size >= count ? true : null,
      interval: null,
      source:
        declined.length > 0
          ? `declined by ${declined.map(formatStatement).join(', ')}`
          : accounts.size === 0
            ? `no approval yet; an account with the role ${role} runs "steelyard gate approve"${by === 'others' ? ' (not the account that requests the gate)' : ''}`
            : `approved by ${[...accounts].join(', ')}`,
    };
  });
}

/** `ann (too early)`. */
function formatStatement({ account, note }: { readonly account: string; readonly note?: string | undefined }): string {
  return note === undefined ? account : `${account} (${note})`;
}
