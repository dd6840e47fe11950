import { describe, expect, it } from 'vitest';
import type { Work, WorkEnd } from '../../compute/executor.ts';
import { buildWorkEnd, type OutcomeFacts, type Remains } from './outcome.ts';
import { UNKNOWN_USAGE } from './usage.ts';

const WORK: Work = {
  id: 'train-1',
  folder: '/work',
  workspace: '/work/workspace',
  command: ['train'],
  image: 'trainer:1',
  environment: {},
  resources: { cpus: null, memoryBytes: 64, gpus: { count: 0, model: null }, instance: null, spot: false },
  outputs: [],
  labels: {},
  until: 0,
  graceMs: 0,
};
const LEFT: Remains = { exitCode: 0, outOfMemory: false, ranMs: 1_500 };
const TOLD: OutcomeFacts = { start: 1_000, stoppedBy: null, usage: UNKNOWN_USAGE, words: '', trouble: null };

describe('how a container ended', () => {
  it.each<[string, Partial<Remains>, Partial<OutcomeFacts>, Partial<WorkEnd>]>([
    ['an exit code', { exitCode: 3 }, {}, { reason: 'exited', exitCode: 3 }],
    ['a signal', { exitCode: 139 }, {}, { reason: 'signal', exitCode: 139 }],
    ['an exit code that no signal has', { exitCode: 255 }, {}, { reason: 'exited' }],
    ['our signal', { exitCode: 143 }, { stoppedBy: 'starter' }, { reason: 'stopped', stoppedBy: 'starter' }],
    [
      'its own way after our signal',
      { exitCode: 0 },
      { stoppedBy: 'watchdog' },
      { reason: 'stopped', stoppedBy: 'watchdog' },
    ],
    ['too little memory', { exitCode: 137, outOfMemory: true }, {}, { reason: 'out-of-memory', stoppedBy: null }],
    [
      'one of its processes killed for memory, without which it went on',
      { outOfMemory: true },
      {},
      { reason: 'exited' },
    ],
    [
      'no such command',
      { exitCode: 127 },
      { words: '[FATAL tini (7)] exec train failed: No such file or directory\n' },
      {
        reason: 'not-started',
        detail: 'The image cannot run the command "train": exec train failed: No such file or directory.',
      },
    ],
    [
      'the same code from a shell',
      { exitCode: 127 },
      { words: 'sh: train: not found\n' },
      { reason: 'exited', detail: null },
    ],
    ['an output that did not come', {}, { trouble: 'It could not.' }, { reason: 'exited', detail: 'It could not.' }],
  ])('is told of %s', (_, remains, told, end) => {
    expect(buildWorkEnd(WORK, { ...LEFT, ...remains }, { ...TOLD, ...told })).toMatchObject(end);
  });

  it('took as long as the engine says, from when it began by our clock', () => {
    expect(buildWorkEnd(WORK, LEFT, TOLD)).toMatchObject({ start: 1_000, end: 2_500 });
  });

  it('for want of memory held all of it', () => {
    const { usage } = buildWorkEnd(WORK, { ...LEFT, exitCode: 137, outOfMemory: true }, TOLD);
    expect(usage.peakMemoryBytes).toBe(64);
  });
});
