import { expect, it } from 'vitest';
import { gaugeScale } from './gauge-scale.ts';

it('puts the smaller of bound and measure left of the larger, both inside', () => {
  const scale = gaugeScale({ measured: '11.28', bound: '10', interval: { lower: '10.5', upper: '12' } });
  expect(scale?.bound).toBeLessThan(scale?.lower ?? 0);
  expect(scale?.measured).toBeLessThan(scale?.upper ?? 0);
  for (const place of Object.values(scale ?? {})) {
    expect(place).toBeGreaterThan(0);
    expect(place).toBeLessThan(100);
  }
});

it('has room even when bound and measure are the same', () => {
  expect(gaugeScale({ measured: '0', bound: '0', interval: null })?.bound).toBeGreaterThan(0);
});

it('compares nothing when a side is unknown', () => {
  expect(gaugeScale({ measured: null, bound: '1', interval: null })).toBeNull();
});
