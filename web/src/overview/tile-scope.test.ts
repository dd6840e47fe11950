import { expect, it } from 'vitest';
import { tileScope } from './tile-scope.ts';

const months = ['2026-10', '2026-11'];

it.each([
  ['2026-11', undefined, { range: false, team: false }, null],
  ['2026-10', undefined, { range: false, team: false }, 'Now'],
  [undefined, 'search', { range: false, team: true }, 'Now'],
  ['2026-10', 'search', { range: false, team: false }, 'Now; all teams'],
  ['2026-11', 'search', { range: false, team: false }, 'All teams'],
  ['2026-10', 'search', { range: true, team: true }, null],
])('with %s and team %s, %o: %s', (month, team, follows, text) => {
  expect(tileScope({ month, team, months }, follows)).toBe(text);
});

it.each([undefined, 'search'])('names the teams of an account that does not see all, with team %s', (team) => {
  expect(tileScope({ month: '2026-10', team, months }, { range: false, team: false }, true)).toBe('Now; your teams');
});
