import { expect, it } from 'vitest';
import type { ForecastDetail } from '../../../src/finops/forecasts/schema.ts';
import { findSoFar } from './so-far.ts';

const detail = (through: string) =>
  ({
    forecast: { known: '12', window: { start: '2026-12-01T00:00:00.000Z', end: '2027-01-01T00:00:00.000Z' } },
    standing: { through },
    history: [
      { day: '2026-11-29', amount: '7', isWhole: true },
      { day: '2026-11-30', amount: '5', isWhole: false },
      { day: '2026-12-01', amount: '3', isWhole: false },
    ],
  }) as unknown as ForecastDetail;

it('is what whole days cost; before the first of them, all that was charged in the window', () => {
  expect(findSoFar(detail('2026-12-02'))).toEqual({ amount: '12', through: '2026-12-02' });
  expect(findSoFar(detail('2026-11-29'))).toEqual({ amount: '3', through: null });
});
