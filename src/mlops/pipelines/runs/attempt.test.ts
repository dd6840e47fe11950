import { describe, expect, it } from 'vitest';
import type { WorkEnd } from '../../executors/index.ts';
import { outcomeOf } from './attempt.ts';

const END: WorkEnd = {
  reason: 'stopped',
  detail: null,
  exitCode: 143,
  stoppedBy: 'starter',
  start: 1_000,
  end: 2_000,
  usage: { cpuSeconds: null, peakMemoryBytes: null },
};
const NOTHING = { ranOut: false, own: false, person: null, moved: null, limitedBy: null };

describe('what the end of a try means', () => {
  it.each([
    ['its own time was over', { ranOut: true, own: true, limitedBy: 'team' }, 'failed', 'timeout'],
    ['its money was', { ranOut: true, limitedBy: 'team' }, 'stopped', 'budget team'],
    ['a person stopped it', { person: 'ann', own: true, limitedBy: 'team' }, 'stopped', 'by ann'],
    ['it goes on on demand', { moved: 'on demand: late' }, 'again', 'on demand: late'],
    ['a person stopped what was being moved', { person: 'ann', moved: 'late' }, 'stopped', 'by ann'],
    ['nobody gave it more', { ranOut: true }, 'again', 'the server was away for longer than was set aside'],
  ])('that was stopped: %s', (_, facts, outcome, reason) => {
    expect(outcomeOf({ end: END, ...NOTHING, ...facts })).toEqual({ outcome, reason });
  });

  it.each<[Partial<WorkEnd>, string, string | null]>([
    [{ reason: 'exited', exitCode: 0 }, 'succeeded', null],
    [{ reason: 'exited', exitCode: 3 }, 'failed', 'exit code 3'],
    [{ reason: 'evicted', detail: 'the node was short of memory' }, 'again', 'the node was short of memory'],
    [{ reason: 'lost' }, 'again', 'lost'],
    [{ reason: 'signal', detail: 'signal 11' }, 'failed', 'signal 11'],
  ])('that ended by itself: %j', (end, outcome, reason) => {
    expect(outcomeOf({ end: { ...END, stoppedBy: null, ...end }, ...NOTHING })).toEqual({ outcome, reason });
  });
});
