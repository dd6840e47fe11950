import { expect, it } from 'vitest';
import { allocationShare } from './allocation-share.ts';

it('splits the cost exactly into what has a team and what has none', () => {
  const groups = [
    { team: 'a', amount: '0.1' },
    { team: 'b', amount: '0.2' },
    { team: null, amount: '0.3' },
  ];
  expect(allocationShare(groups)).toEqual({ allocated: '0.3', unallocated: '0.3' });
});
