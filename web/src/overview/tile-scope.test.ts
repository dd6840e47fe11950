import { expect, it } from 'vitest';
import { tileScope } from './tile-scope.ts';

const months = ['2026-10', '2026-11'];
const nothing = { period: false, team: false };

it.each([
  [{ month: '2026-11', team: undefined, months }, nothing, null],
  [{ month: undefined, team: undefined, months }, nothing, null],
  [{ month: '2026-10', team: undefined, months }, nothing, 'not limited to October 2026'],
  [{ month: '2026-10', team: undefined, months }, { period: true, team: false }, null],
  [{ month: '2026-11', team: 'search', months }, nothing, 'all teams'],
  [{ month: '2026-11', team: 'search', months }, { period: false, team: true }, null],
  [{ month: '2026-10', team: 'search', months }, nothing, 'all teams, not limited to October 2026'],
  [{ month: '2026-10', team: 'search', months }, { period: true, team: true }, null],
])('says of %j what a tile with %j does not follow: %s', (scope, follows, text) => {
  expect(tileScope(scope, follows)).toBe(text);
});
