import { describe, expect, it } from 'vitest';
import type { Reads } from '../contract/schema.ts';
import {
  EVERYTHING,
  findWayToRead,
  isWithinLimit,
  isWorkVisible,
  limitMoney,
  limitWork,
  limitWorkUnless,
  NO_DATA,
  selectWithinLimit,
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

describe('a list', () => {
  it.each([
    ['those who see everything', EVERYTHING, [true, true]],
    ['finance', finance, [true, true]],
    ['leaders', TOTALS, [false, true]],
    ['members', member, [false, false]],
  ])('is whole for %s where its costs, or totals of them, are', (_, visible, whole) => {
    const ways = ['money', 'totals'] as const;
    expect(ways.map((way) => limitWorkUnless({ visible }, way) === null)).toEqual(whole);
  });

  it('has the things within its limit in their order, and looks up each owner once', async () => {
    const limit = limitWork({ visible: member });
    const lookedUp: string[] = [];
    const owners: Readonly<Record<string, { team: string | null; project: string | null } | null>> = {
      a: { team: 'search', project: null },
      b: { team: 'ads', project: 'ranking' },
      c: { team: null, project: 'ranking' },
      d: null,
    };
    const select = (of: typeof limit) =>
      selectWithinLimit(of, ['c', 'a', 'b', 'a', 'd'], {
        key: (thing) => thing,
        findOwner: async (thing) => {
          lookedUp.push(thing);
          return owners[thing] ?? null;
        },
      });
    expect(await select(limit)).toEqual(['c', 'a', 'a']);
    expect(lookedUp).toEqual(['c', 'a', 'b', 'd']);
    expect(await select(null)).toEqual(['c', 'a', 'b', 'a', 'd']);
    expect([isWithinLimit(null, null), isWithinLimit(limit, null)]).toEqual([true, false]);
  });
});
