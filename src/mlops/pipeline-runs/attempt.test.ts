import { describe, expect, it } from 'vitest';
import type { WorkEnd } from '../compute/index.ts';
import { CommandStep } from '../pipeline-definition/schema.ts';
import { decideOutcome } from './attempt.ts';
import { computeNextTry } from './next-try.ts';
import { Attempt } from './taken.ts';

const END: WorkEnd = {
  reason: 'stopped',
  detail: null,
  exitCode: 143,
  stoppedBy: 'starter',
  start: 1_000,
  end: 2_000,
  usage: { cpuSeconds: null, peakMemoryBytes: null },
};
const NOTHING = { ranOut: false, own: false, person: null, early: null, moved: null, limitedBy: null };

describe('what the end of a try means', () => {
  it.each([
    ['its own time was over', { ranOut: true, own: true, limitedBy: 'team' }, 'failed', 'timeout'],
    ['its money was', { ranOut: true, limitedBy: 'team' }, 'stopped', 'budget team'],
    ['a person stopped it', { person: 'ann', own: true, limitedBy: 'team' }, 'stopped', 'by ann'],
    ['it was a trial that ended early', { early: 'ended early: x', person: 'ann' }, 'stopped', 'ended early: x'],
    ['it goes on on demand', { moved: 'on demand: late' }, 'again', 'on demand: late'],
    ['a person stopped what was being moved', { person: 'ann', moved: 'late' }, 'stopped', 'by ann'],
    [
      'no more capacity',
      { ranOut: true },
      'again',
      'the server was not running for longer than the lease of the reservation',
    ],
  ])('that was stopped: %s', (_, facts, outcome, reason) => {
    expect(decideOutcome({ end: END, ...NOTHING, ...facts })).toEqual({ outcome, reason });
  });

  it.each<[Partial<WorkEnd>, string, string | null]>([
    [{ reason: 'exited', exitCode: 0 }, 'succeeded', null],
    [{ reason: 'exited', exitCode: 3 }, 'failed', 'exit code 3'],
    [{ reason: 'exited', exitCode: 3, decisiveNode: 2 }, 'failed', 'exit code 3 on node 2'],
    [{ reason: 'evicted', detail: 'the node was short of memory' }, 'again', 'the node was short of memory'],
    [{ reason: 'lost' }, 'again', 'lost'],
    [{ reason: 'signal', detail: 'signal 11' }, 'failed', 'signal 11'],
  ])('that ended by itself: %j', (end, outcome, reason) => {
    expect(decideOutcome({ end: { ...END, stoppedBy: null, ...end }, ...NOTHING })).toEqual({ outcome, reason });
  });
});

describe('one more try', () => {
  const step = (spot: object | boolean) =>
    CommandStep.parse({ run: 'x', retries: { limit: 1 }, resources: { instance: 'p3.2xlarge', spot } });
  const attempt = (number: number, again: 'moved' | 'taken' | null, exitCode: number | null) => {
    const nothing = { spent: null, cpuSeconds: null, peakMemoryBytes: null, checkpoint: null };
    return Attempt.parse({ number, work: 'w', startMs: 0, endMs: 1, reason: 'it ended', exitCode, again, ...nothing });
  };
  const decided = (forAttempt: number, action: 'spot' | 'on-demand') => ({
    ...{ atMs: 0, forAttempt, action, reason: '', elapsedSeconds: 0, savedSeconds: 0, isSpotThere: true },
    ...{ running: 'nothing' as const, decision: 'd' },
  });
  const deadline = { deadline: '15h', work: '10h' };
  const taken = Array.from({ length: 30 }, (_, index) => attempt(index + 1, 'taken', null));
  const onSpot = taken.map(({ number }) => decided(number, 'spot'));

  it.each<[string, object | boolean, Attempt[], ReturnType<typeof decided>[], 'again' | 'failed', boolean]>([
    ['is not made of what an engine took away eleven times', false, taken.slice(0, 11), [], 'again', false],
    ['is made of what spot capacity took away, however often', deadline, taken, onSpot, 'again', true],
    [
      'is made of what failed once, and not twice',
      deadline,
      [attempt(1, null, 1)],
      [decided(1, 'spot')],
      'failed',
      true,
    ],
    [
      'is not made of what failed twice on spot capacity',
      deadline,
      [attempt(1, null, 1), attempt(2, null, 1)],
      [decided(1, 'spot'), decided(2, 'spot')],
      'failed',
      false,
    ],
    [
      'is made of what failed once after its queue took it away twice, with an exit code',
      false,
      [attempt(1, 'taken', 143), attempt(2, 'taken', 0), attempt(3, null, 1)],
      [],
      'failed',
      true,
    ],
    [
      'is made of what failed once after it was moved and taken away',
      deadline,
      [attempt(1, 'taken', null), attempt(2, 'moved', 143), attempt(3, null, 1)],
      [decided(1, 'spot'), decided(2, 'on-demand'), decided(3, 'spot')],
      'failed',
      true,
    ],
  ])('%s', (_, spot, attempts, capacity, outcome, again) => {
    expect(computeNextTry(step(spot), { attempts, capacity }, outcome).again).toBe(again);
  });
});
