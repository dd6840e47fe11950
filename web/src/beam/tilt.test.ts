import { expect, it } from 'vitest';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { beamText, sideState, sideText, tiltDegrees } from './tilt.ts';

const check = (side: Check['side'], holds: boolean | null): Check => ({
  name: `${side} ${holds}`,
  side,
  measured: null,
  unit: '',
  comparison: '<=',
  bound: null,
  holds,
  interval: null,
  source: '',
});
const checks = [check('quality', true), check('cost', false), check('cost', null)];

it('tips to quality for a promotion, to cost for a refusal, and is level when evidence is missing', () => {
  expect(Math.sign(tiltDegrees('promote'))).toBe(-1);
  expect(Math.sign(tiltDegrees('reject'))).toBe(1);
  expect(tiltDegrees('hold')).toBe(0);
});

it('says in words what it shows', () => {
  expect(sideText(sideState(checks, 'cost'))).toBe('0 of 2 pass, 1 unknown');
  expect(beamText('reject', checks)).toBe(
    'Beam tipped to cost: reject. Quality checks: 1 of 1 pass. Cost checks: 0 of 2 pass, 1 unknown.',
  );
});
