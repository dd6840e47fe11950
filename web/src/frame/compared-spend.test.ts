import { expect, it } from 'vitest';
import { compareSpend } from './compared-spend.ts';

const november = { from: '2026-11', to: '2026-11' };
const sameDays = { from: '2026-10-01', to: '2026-10-18' };
const nothing = { compare: undefined, custom: undefined, through: undefined, sameDays: undefined };

it.each([
  ['all months', { ...nothing, range: undefined }, undefined],
  ['a month without a whole day', { ...nothing, range: november, through: null, sameDays }, undefined],
  ['days without a comparison', { ...nothing, range: { from: '2026-11-01', to: '2026-11-07' } }, undefined],
  [
    'a running month, without a chosen comparison',
    { ...nothing, range: november, through: '2026-11-18', sameDays },
    { before: sameDays, after: { from: '2026-11-01', to: '2026-11-18' } },
  ],
  [
    'a running month and the period before',
    { ...nothing, range: november, through: '2026-11-18', compare: 'before' as const },
    { before: { from: '2026-10-01', to: '2026-10-18' }, after: { from: '2026-11-01', to: '2026-11-18' } },
  ],
  [
    'a whole month and the year before',
    { ...nothing, range: november, through: '2026-11-30', compare: 'lastYear' as const },
    { before: { from: '2025-11-01', to: '2025-11-30' }, after: { from: '2026-11-01', to: '2026-11-30' } },
  ],
  [
    'days and the days before',
    { ...nothing, range: { from: '2026-11-08', to: '2026-11-14' }, compare: 'before' as const },
    { before: { from: '2026-11-01', to: '2026-11-07' }, after: { from: '2026-11-08', to: '2026-11-14' } },
  ],
])('compares like with like: %s', (_name, asked, ranges) => expect(compareSpend(asked)).toEqual(ranges));
