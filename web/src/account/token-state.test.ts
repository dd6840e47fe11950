import { expect, it } from 'vitest';
import { tokenState } from './token-state.ts';

const AT = Date.parse('2026-06-01T00:00:00Z');

it.each([
  ['active', null, null],
  ['active', null, '2026-06-01T00:00:01Z'],
  ['expired', null, '2026-06-01T00:00:00Z'],
  ['revoked', '2026-05-01T00:00:00Z', null],
  ['revoked', '2026-05-01T00:00:00Z', '2026-05-02T00:00:00Z'],
])('a token is %s when it was revoked at %s and expires at %s', (state, revokedAt, expiresAt) => {
  expect(tokenState({ revokedAt, expiresAt }, AT)).toBe(state);
});
