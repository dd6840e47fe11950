import { expect, it } from 'vitest';
import { nextSort } from './server-sort.ts';

it('goes from the largest to the smallest to no order, and starts anew with another column', () => {
  const first = nextSort({ by: null, descending: false }, 'metrics.f1', true);
  expect(first).toEqual({ by: 'metrics.f1', descending: true });
  expect(nextSort({ by: 'metrics.f1', descending: true }, 'metrics.f1', true)).toEqual({
    by: 'metrics.f1',
    descending: false,
  });
  expect(nextSort({ by: 'metrics.f1', descending: false }, 'metrics.f1', true)).toBeNull();
  expect(nextSort({ by: 'metrics.f1', descending: false }, 'run_name', false)).toEqual({
    by: 'run_name',
    descending: false,
  });
});
