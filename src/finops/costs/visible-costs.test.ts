import { describe, expect, it } from 'vitest';
import { EVERYTHING, LOCAL, TOTALS } from '../../platform/http/index.ts';
import { buildFilterConditions, parseFilter } from './filters.ts';
import { describePartial, limitFilters } from './visible-costs.ts';

const member = (...teams: string[]) => ({
  ...LOCAL,
  visible: { ...EVERYTHING, money: 'teams', work: 'teams', teams: new Set(teams) } as const,
});
const conditions = (filters: readonly string[]) => buildFilterConditions(filters.map(parseFilter), (name) => name);

describe('costs that a caller may read', () => {
  it('have no filter for those who see everything', () => {
    expect(limitFilters(LOCAL, ['team=ads'])).toEqual(['team=ads']);
    expect(describePartial(LOCAL)).toBeNull();
  });

  it('are those of the teams of a member, in addition to every filter of the query', () => {
    const limited = limitFilters(member('search', 'ads'), ['team=beta']);
    expect(conditions(limited)).toEqual(["(team = 'beta')", "(visibleTeam = 'ads' OR visibleTeam = 'search')"]);
    expect(describePartial(member('search', 'ads'))).toEqual({ teams: ['ads', 'search'] });
  });

  it('match a team with an asterisk at its end exactly', () => {
    expect(conditions(limitFilters(member('a*'), []))).toEqual(["(visibleTeam = 'a*')"]);
  });

  it('are none for a member of no team', () => {
    expect(conditions(limitFilters(member(), []))).toEqual([
      "(visibleTeam = 'none')",
      "NOT coalesce(visibleTeam = 'none', false)",
    ]);
  });

  it('cannot be widened by a filter on the name of the limit', () => {
    expect(() => limitFilters(member('search'), ['visibleTeam=ads'])).toThrow('visibleTeam');
    expect(() => limitFilters(member('search'), [], ['visibleTeam'])).toThrow('visibleTeam');
  });

  it('are totals for leaders, not rows', () => {
    const leader = { ...LOCAL, visible: TOTALS };
    expect(limitFilters(leader, ['team=ads'], ['serviceName', 'month'])).toEqual(['team=ads']);
    for (const dimension of ['resourceId', 'tag:customer', 'run', 'x_Owner'])
      expect(() => limitFilters(leader, [], [dimension])).toThrow(dimension);
  });
});
