import { describe, expect, it } from 'vitest';
import { groupMetrics, guessDirection, keyMetric } from './metric-words.ts';

describe('what a metric’s name tells', () => {
  it.each([
    ['loss', 'lower'],
    ['val/rmse', 'lower'],
    ['batch_p95_ms', 'lower'],
    ['ndcg_at_10', 'higher'],
    ['val/accuracy', 'higher'],
    ['predictions_per_second', 'higher'],
    ['glossiness', null],
    ['system/gpu_0_power_usage_watts', null],
  ])('%s gets better %s', (metric, direction) => {
    expect(guessDirection(metric)).toBe(direction);
  });

  it.each([
    [['loss', 'train/auc', 'val/auc', 'system/cpu'], 'val/auc'],
    [['batch_p95_ms', 'ndcg_at_10', 'ndcg_at_10.ci_lower', 'recall'], 'ndcg_at_10'],
    [['b', 'a'], 'b'],
    [['system/cpu'], 'system/cpu'],
    [[], undefined],
  ])('of %j the one to look at is %s', (metrics, key) => {
    expect(keyMetric(metrics)).toBe(key);
  });

  it('groups many by prefix, few not, and sets the machine’s apart', () => {
    expect(groupMetrics(['val/loss', 'loss', 'system/cpu', 'loss.n'])).toEqual([
      { prefix: '', metrics: ['loss', 'val/loss'] },
      { prefix: 'system', metrics: ['system/cpu'] },
    ]);
    const many = ['a', 'b', 'c', 'd'].flatMap((name) => [`val/${name}`, `train/${name}`]);
    expect(groupMetrics([...many, 'loss']).map(({ prefix }) => prefix)).toEqual(['', 'train', 'val']);
  });
});
