import type { Who } from '../../../src/platform/auth/schema.ts';

/**
 * Data that the account sees, where that is not all of it; null: all, or not yet known.
 *
 * @example describeVisible({ accounts: 'on', name: 'ada', role: 'viewer', teams: ['search'] })
 * // { short: 'Only team search', long: 'Your account sees the data of team search only.' }
 */
export function describeVisible(who: Who | undefined): { readonly short: string; readonly long: string } | null {
  if (who === undefined || who.name === null || who.teams === null) return null;
  if (who.role === 'leader') {
    return { short: 'Only totals', long: 'Your account sees totals and scorecards only, because its role is leader.' };
  }
  const costs = who.role === 'finance' ? ', and all costs' : '';
  const [first, ...others] = who.teams;
  if (first === undefined) {
    const long = `Your account is in no team, so it sees the data of none${costs}. An administrator can add it to one.`;
    return { short: 'No team', long };
  }
  if (others.length === 0) {
    return { short: `Only team ${first}`, long: `Your account sees the data of team ${first} only${costs}.` };
  }
  return {
    short: `Only ${who.teams.length} teams`,
    long: `Your account sees the data of the teams ${who.teams.join(', ')} only${costs}.`,
  };
}
