import { formatMonth } from '../format/time.ts';
import type { Scope } from '../frame/use-scope.ts';

/** What of the page's scope a tile follows. */
interface Follows {
  readonly period: boolean;
  readonly team: boolean;
}

/**
 * What a tile covers beyond the period and team of the page; null where it follows what is chosen. The newest month is
 * what tiles of the present show anyway.
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
