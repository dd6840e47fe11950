import { expect, it } from 'vitest';
import { selectWithoutTeam } from './without-team.ts';

it('selects the things that no tag assigns to a team or a project', () => {
  const things = [
    { name: 'a', tags: {} },
    { name: 'b', tags: { 'steelyard.team': 'search' } },
    { name: 'c', tags: { 'steelyard.project': 'ranking' } },
    { name: 'd', tags: { 'steelyard.team': '' } },
  ];
  expect(selectWithoutTeam(things).map(({ name }) => name)).toEqual(['a', 'd']);
});
