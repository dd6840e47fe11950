import { expect, it } from 'vitest';
import { formatMetricName } from './metric-name.ts';

it.each([
  ['ndcg_at_10', 'ndcg@10'],
  ['recall_at_10 non-inferior to @champion', 'recall@10 non-inferior to @champion'],
  ['ndcg@10', 'ndcg@10'],
  ['loss_at_start', 'loss_at_start'],
])('writes %s as monitors do: %s', (name, text) => {
  expect(formatMetricName(name)).toBe(text);
});
