import { expect, it } from 'vitest';
import { readSignOnFailure, withoutSignOnFailure } from './sign-on-failure.ts';

it('reads the code of a failed sign-in, and shows no text of the address', () => {
  expect(readSignOnFailure('?month=2026-10')).toBeNull();
  expect(readSignOnFailure('?signOn=sign_on_unavailable')).toMatch(/does not answer/);
  expect(readSignOnFailure('?signOn=call+0800+evil')).toBe('The sign-in failed. Start it again.');
});

it('returns to the page without the code', () => {
  expect(withoutSignOnFailure('/costs', '?month=2026-10')).toBe('/costs?month=2026-10');
  expect(withoutSignOnFailure('/', '?signOn=sign_on_failed')).toBe('/');
  expect(withoutSignOnFailure('/', '?a=1&signOn=x')).toBe('/?a=1');
});
