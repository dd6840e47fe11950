import { expect, it } from 'vitest';
import type { Who } from '../../../src/platform/auth/schema.ts';
import { describeVisible } from './visible-teams.ts';

const member: Who = { accounts: 'on', name: 'ada', role: 'viewer', teams: ['search'] };

it.each<[string, Partial<Who>, string | null, string | null]>([
  ['one team', {}, 'Only team search', 'Your account sees the data of team search only.'],
  [
    'two teams',
    { teams: ['ads', 'search'] },
    'Only 2 teams',
    'Your account sees the data of the teams ads, search only.',
  ],
  [
    'finance',
    { role: 'finance' },
    'Only team search',
    'Your account sees the data of team search only, and all costs.',
  ],
  ['a leader', { role: 'leader', teams: [] }, 'Only totals', expect.stringContaining('totals and scorecards only')],
  ['no team', { teams: [] }, 'No team', expect.stringContaining('in no team')],
  ['everything', { teams: null }, null, null],
  ['no account', { name: null, role: null, teams: [] }, null, null],
])('describes what an account sees: %s', (_, who, short, long) => {
  expect(describeVisible({ ...member, ...who })).toEqual(short === null ? null : { short, long });
});
