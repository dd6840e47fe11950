import { expect, it } from 'vitest';
import { chooseMove } from './ramp.ts';

const MINUTE = 60_000;
const terms = {
  steps: [
    { percent: 5, forMs: 10 * MINUTE, requests: 20 },
    { percent: 50, forMs: 10 * MINUTE, requests: 20 },
  ],
  deadlineMs: 60 * MINUTE,
};
const state = { step: 0, startedMs: 0, stepMs: 0, requests: 20 };
const proven = { harmed: [], isProven: true };
const open = { harmed: [], isProven: false };
const harmed = { harmed: ['accuracy'], isProven: false };

it.each([
  ['a step without shown harm goes on after its time and requests', state, open, 10, 'advance'],
  ['a step waits for its time', state, proven, 9, 'stay'],
  ['a step waits for its requests', { ...state, requests: 19 }, open, 30, 'stay'],
  ['proof before the last step keeps nothing', state, proven, 10, 'advance'],
  ['proof at the last step keeps', { ...state, step: 1 }, proven, 10, 'keep'],
  ['the last step without proof waits', { ...state, step: 1 }, open, 59, 'stay'],
  ['the last step without proof ends at the deadline', { ...state, step: 1 }, open, 60, 'roll back: deadline'],
  ['proof at the deadline still keeps', { ...state, step: 1 }, proven, 60, 'keep'],
  ['shown harm ends it at any step', state, harmed, 1, 'roll back: harm'],
  [
    'shown harm comes before proof of the others',
    { ...state, step: 1 },
    { ...proven, harmed: ['latencyP95'] },
    10,
    'roll back: harm',
  ],
  ['a clock that goes back prolongs a step', { ...state, stepMs: 30 * MINUTE }, open, 10, 'stay'],
  [
    'a clock that jumps ahead ends what is not proven',
    { ...state, step: 0, requests: 0 },
    open,
    10_000,
    'roll back: deadline',
  ],
] as const)('%s', (_what, at, judgement, minutes, move) => {
  expect(chooseMove(terms, at, judgement, minutes * MINUTE)).toBe(move);
});
