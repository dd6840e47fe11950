import { expect, it } from 'vitest';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import { timeMarks } from './time-marks.ts';

it('marks decisions on the day they were taken, several on one mark', () => {
  const decision = (version: string, at: string) =>
    ({ verdict: 'promote', model: 'm', version, at }) as unknown as Decision;
  const marks = timeMarks(
    [
      decision('2', '2026-11-02T10:00:00Z'),
      decision('1', '2026-11-02T09:00:00Z'),
      decision('0', '2025-01-01T00:00:00Z'),
    ],
    ['2026-11-01', '2026-11-02'],
  );
  expect(marks).toEqual([{ slot: '2026-11-02', label: 'promote m v2, promote m v1' }]);
});
