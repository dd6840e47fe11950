import { formatMonth } from '../format/time.ts';
import type { Scope } from '../frame/use-scope.ts';

/** Parts of the page's scope that a tile follows. */
interface Follows {
  readonly period: boolean;
  readonly team: boolean;
}

/**
 * Scope of a tile that exceeds the period and team of the page; null where the tile follows the scope. Tiles of the
 * present show the newest month in any case.
 *
 * @example tileScope({ month: '2026-10', team: 'search', months: ['2026-10', '2026-11'] }, { period: false, team: false })
 * // 'all teams, not limited to October 2026'
 */
export function tileScope({ month, team, months }: Pick<Scope, 'month' | 'team' | 'months'>, follows: Follows) {
  const parts = [
    ...(follows.team || team === undefined ? [] : ['all teams']),
    ...(follows.period || month === undefined || month === months.at(-1)
      ? []
      : [`not limited to ${formatMonth(month)}`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}
