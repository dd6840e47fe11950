import { describe, expect, it } from 'vitest';
import { CallError } from '../client.ts';
import { describeReadError } from './read-error.ts';

const problem = { type: '', title: '', status: 403, detail: 'd', requestId: '' };

describe('the headline of a page without its answer', () => {
  it.each([
    ['of another error', new Error('broken'), 'The costs could not be read.'],
    [
      'of a refusal names the teams of the account',
      new CallError({ ...problem, code: 'not_visible', teams: ['ads', 'search'] }),
      'The costs: not visible to your account, which sees the data of ads, search.',
    ],
    [
      'of a refusal to an account without teams',
      new CallError({ ...problem, code: 'not_visible', teams: [] }),
      'The costs: not visible to your account, which is in no team.',
    ],
    [
      'of a refusal by role',
      new CallError({ ...problem, code: 'not_visible', dimension: 'sku' }),
      'The costs: not visible to your account.',
    ],
  ])('%s', (_, error, expected) => {
    expect(describeReadError(error, 'The costs')).toBe(expected);
  });
});
