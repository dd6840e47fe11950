import { describe, expect, it } from 'vitest';
import { EVERYTHING, TOTALS } from '../http/index.ts';
import type { Store } from '../store/index.ts';
import type { Role } from './schema.ts';
import { createFindVisible, type VisibilityDeps } from './visibility.ts';

const deps = (accessReads: 'everything' | 'teams'): VisibilityDeps => ({
  // The given functions read instead of it.
  store: {} as Store,
  clock: { now: () => 0 },
  config: { accessReads, lastKnownSeconds: 900 },
  teamsOf: async (_, account) => (account === 'alice' ? ['search'] : []),
  projectsOf: async (_, teams) => teams.map((team) => `${team}-project`),
  teamOfWork: async ({ runId }) => (runId === null ? null : 'search'),
});
const work = (runId: string | null) => ({ work: { id: 'w', runId, experimentId: 1 } });
const ofSearch = { teams: new Set(['search']), projects: new Set(['search-project']) };
const ofNone = { teams: new Set(), projects: new Set() };

describe('what an account may read', () => {
  it.each<Role>(['viewer', 'contributor', 'finance', 'operator', 'admin'])(
    'is everything for %s by default',
    async (role) => {
      expect(await createFindVisible(deps('everything'))({ name: 'alice', role })).toEqual(EVERYTHING);
    },
  );

  it.each(['everything', 'teams'] as const)('is totals for leaders (%s)', async (reads) => {
    expect(await createFindVisible(deps(reads))({ name: 'alice', role: 'leader' })).toEqual(TOTALS);
  });

  it('follows memberships where reads are limited to teams', async () => {
    const find = createFindVisible(deps('teams'));
    const member = { money: 'teams', work: 'teams', ...ofSearch };
    expect(await find({ name: 'alice', role: 'viewer' })).toEqual(member);
    expect(await find({ name: 'alice', role: 'contributor' })).toEqual(member);
    expect(await find({ name: 'alice', role: 'finance' })).toEqual({ ...member, money: 'all' });
    expect(await find({ name: 'bob', role: 'viewer' })).toEqual({ money: 'teams', work: 'teams', ...ofNone });
    for (const role of ['operator', 'admin'] as const) expect(await find({ name: 'bob', role })).toEqual(EVERYTHING);
  });

  it('is the team of its run for a step, and nothing without a team', async () => {
    const find = createFindVisible(deps('teams'));
    expect(await find(work('r'))).toEqual({ money: 'teams', work: 'teams', ...ofSearch });
    expect(await find(work(null))).toEqual({ money: 'teams', work: 'teams', ...ofNone });
    expect(await createFindVisible(deps('everything'))(work(null))).toEqual(EVERYTHING);
  });
});
