import { describe, expect, it } from 'vitest';
import type { Reads } from '../contract/schema.ts';
import {
  EVERYTHING,
  findWayToRead,
  isWorkVisible,
  limitMoney,
  limitWork,
  NO_DATA,
  TOTALS,
  type Visible,
} from './visible.ts';

const member: Visible = { money: 'teams', work: 'teams', teams: new Set(['search']), projects: new Set(['ranking']) };
const finance: Visible = { ...member, money: 'all' };

describe('a route', () => {
  const ways: readonly [name: string, visible: Visible, allowed: readonly Reads[]][] = [
    ['a caller who sees everything', EVERYTHING, ['none', 'team', 'object', 'money', 'totals']],
    ['finance', finance, ['none', 'team', 'object', 'money', 'totals']],
    ['a leader', TOTALS, ['none', 'totals']],
    ['a member of a team', member, ['none', 'team', 'object']],
    ['nobody', NO_DATA, ['none']],
  ];
  it.each(ways)('is read by %s only in declared ways', (_, visible, allowed) => {
    const all: readonly Reads[] = ['none', 'team', 'object', 'money', 'totals'];
    const found = all.filter((reads) => findWayToRead({ visible }, { scope: 'mlops.read', reads }) !== null);
    expect(found).toEqual(allowed);
  });

  it('without a declaration is read by callers who see everything, and of costs by finance', () => {
    const readers = (scope: 'mlops.read' | 'finops.read') =>
      [EVERYTHING, finance, TOTALS, member].map((visible) => findWayToRead({ visible }, { scope }) !== null);
    expect(readers('mlops.read')).toEqual([true, false, false, false]);
    expect(readers('finops.read')).toEqual([true, true, false, false]);
  });

  it('is read in the first declared way that is open', () => {
    const reads: readonly Reads[] = ['money', 'team'];
    expect(findWayToRead({ visible: finance }, { scope: 'finops.read', reads })).toBe('money');
    expect(findWayToRead({ visible: member }, { scope: 'finops.read', reads })).toBe('team');
  });
});

describe('a thing', () => {
  it.each([
    ['of a team of the caller', { team: 'search', project: null }, true],
    ['of another team', { team: 'ads', project: null }, false],
    ['of a project of the team', { team: null, project: 'ranking' }, true],
    ['of another project', { team: null, project: 'bidding' }, false],
    ['of another team with a project of the caller', { team: 'ads', project: 'ranking' }, false],
    ['of no team', { team: null, project: null }, false],
  ])('%s is visible to its members: %o %s', (_, owner, visible) => {
    expect(isWorkVisible({ visible: member }, owner)).toBe(visible);
    expect(isWorkVisible({ visible: EVERYTHING }, owner)).toBe(true);
    expect(isWorkVisible({ visible: TOTALS }, owner)).toBe(false);
  });

  it('is limited by no team for those who see everything, and by an empty list for leaders', () => {
    expect([limitMoney({ visible: EVERYTHING }), limitWork({ visible: EVERYTHING })]).toEqual([null, null]);
    expect([limitMoney({ visible: TOTALS }), limitWork({ visible: TOTALS })]).toEqual([
      null,
      { teams: [], projects: [] },
    ]);
    expect([limitMoney({ visible: member }), limitWork({ visible: member })]).toEqual([
      ['search'],
      { teams: ['search'], projects: ['ranking'] },
    ]);
  });
});
