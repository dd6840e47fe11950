import { expect, it } from 'vitest';
import { listGpuKeys } from './settle-gpu-days.ts';

it.each([
  ['2026-10-30T00:00:00.000Z', '2026-10-30T23:59:59.999Z', ['2026-10-30']],
  ['2026-10-30T00:00:00.000Z', '2026-10-31T00:00:00.000Z', ['2026-10']],
  ['2025-11-30T00:00:00.000Z', '2026-01-01T00:00:00.000Z', ['2025-11', '2025-12', '2026-01']],
  ['0001-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', ['']],
])('GPU days from %s to %s are due by few keys', (start, end, keys) => {
  expect(listGpuKeys({ start, end })).toEqual(keys);
});
