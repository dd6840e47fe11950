import type { Scope } from '../frame/use-scope.ts';

/** Parts of the page's scope that a tile follows. */
interface Follows {
  readonly range: boolean;
  readonly team: boolean;
}

/**
 * Scope of a tile that exceeds the range and team of the page; null where the tile follows both. Tiles of the present
 * agree with the newest month. `limited`: the account does not see all teams.
 *
 * @example tileScope({ month: '2026-10', team: 'search', months: ['2026-10', '2026-11'] }, { range: false, team: false })
 * // 'Now; all teams'
 */
export function tileScope(
  { month, team, months }: Pick<Scope, 'month' | 'team' | 'months'>,
  follows: Follows,
  limited = false,
) {
  const isNewest = month !== undefined && month === months.at(-1);
  const range = follows.range || isNewest ? [] : ['now'];
  const teams = limited ? ['your teams'] : follows.team || team === undefined ? [] : ['all teams'];
  const text = [...range, ...teams].join('; ');
  return text === '' ? null : text.charAt(0).toUpperCase() + text.slice(1);
}
