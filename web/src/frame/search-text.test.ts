import { expect, it } from 'vitest';
import { parseSearch, stringifySearch } from './search-text.ts';

it('writes an address that people can read, and reads it back', () => {
  const search = { by: ['team', 'tag:env'], filter: ['serviceName=A & B'], period: '2026-11', team: undefined };
  const text = stringifySearch(search);
  expect(text).toBe('?by=team&by=tag:env&filter=serviceName%3DA+%26+B&period=2026-11');
  expect(parseSearch(text)).toEqual({ by: ['team', 'tag:env'], filter: 'serviceName=A & B', period: '2026-11' });
});

it('writes nothing for an empty search', () => {
  expect(stringifySearch({ team: undefined })).toBe('');
});
