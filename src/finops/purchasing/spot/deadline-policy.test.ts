import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeadlineJob, type DeadlineState, decideDeadline, isFeasible } from '../index.ts';
import type { DeadlineAction } from './deadline-policy.ts';
import { replayDeadline } from './deadline-replay.ts';

const HOUR = 3600;
const job: DeadlineJob = {
  workSeconds: 48 * HOUR,
  deadlineSeconds: 60 * HOUR,
  changeoverSeconds: 720,
  stepSeconds: 195,
};
const at = (hours: number, saved: number, rest: Partial<DeadlineState> = {}): DeadlineState => ({
  elapsedSeconds: hours * HOUR,
  savedSeconds: saved * HOUR,
  spotAvailable: false,
  running: 'nothing',
  ...rest,
});

describe('what runs until the next decision', () => {
  it.each<[string, DeadlineState, DeadlineAction]>([
    ['spot where it is there', at(0, 0, { spotAvailable: true }), 'spot'],
    [
      'spot instead of on demand where it comes back',
      at(30, 23, { spotAvailable: true, running: 'on-demand' }),
      'spot',
    ],
    ['waits while it is on pace', at(30, 24), 'wait'],
    ['on demand when it is behind the pace', at(30, 23.9), 'on-demand'],
    ['stays on demand until it is two changeovers ahead', at(30, 24.3, { running: 'on-demand' }), 'on-demand'],
    ['waits again after that', at(30, 24.4, { running: 'on-demand' }), 'wait'],
    [
      'on demand to the end when a lost step and a changeover would not fit any more',
      at(20, 8.2, { spotAvailable: true }),
      'on-demand',
    ],
    ['spot while they still fit', at(20, 8.26, { spotAvailable: true }), 'spot'],
  ])('%s', (_name, state, action) => {
    expect(decideDeadline(job, state)).toBe(action);
  });

  it('can promise a deadline from the work and one changeover on', () => {
    expect(isFeasible({ ...job, deadlineSeconds: job.workSeconds + 720 })).toBe(true);
    expect(isFeasible({ ...job, deadlineSeconds: job.workSeconds + 719 })).toBe(false);
  });
});

interface Whim {
  /** Share of the step until the next decision. */
  readonly pace: number;
  readonly available: boolean;
  /** Part of the work of the step that is saved when it runs on spot. */
  readonly saved: number;
}
const whim: fc.Arbitrary<Whim> = fc.record({
  pace: fc.constantFrom(1, 1, 0.3, 0.01),
  available: fc.boolean(),
  saved: fc.constantFrom(0, 0, 0.5, 1),
});

/** Runs the policy against whims, again and again; on demand it works once the changeover is over. */
function finishSeconds(one: DeadlineJob, whims: readonly Whim[]): number {
  let [elapsed, saved, changeover] = [0, 0, 0];
  let running: DeadlineState['running'] = 'nothing';
  for (let count = 0; saved < one.workSeconds; count += 1) {
    const { pace, available, saved: part } = whims[count % whims.length] as Whim;
    if (running === 'spot' && !available) running = 'nothing';
    const state = { elapsedSeconds: elapsed, savedSeconds: saved, spotAvailable: available, running };
    const action = decideDeadline(one, state);
    if (action === 'spot' && !available) throw new Error('spot that is not there');
    const step = Math.max(pace * one.stepSeconds, 1);
    if (action !== 'wait' && action !== running) changeover = one.changeoverSeconds;
    running = action === 'wait' ? 'nothing' : action;
    const started = action === 'wait' ? 0 : Math.min(changeover, step);
    changeover -= started;
    const worked = action === 'wait' ? 0 : (step - started) * (action === 'spot' ? part : 1);
    if (saved + worked >= one.workSeconds) return elapsed + started + (one.workSeconds - saved);
    saved += worked;
    elapsed += step;
    if (elapsed > one.deadlineSeconds + one.workSeconds) return Number.POSITIVE_INFINITY;
  }
  return elapsed;
}

describe('the deadline', () => {
  it('is met whatever spot capacity does, whatever of its work is lost, and however often is decided', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50_000 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 0, max: 20_000 }),
        fc.array(whim, { minLength: 1, maxLength: 40 }),
        (workSeconds, changeoverSeconds, stepSeconds, spare, whims) => {
          const deadlineSeconds = workSeconds + changeoverSeconds + spare;
          const one = { workSeconds, changeoverSeconds, stepSeconds, deadlineSeconds };
          expect(finishSeconds(one, whims)).toBeLessThanOrEqual(deadlineSeconds + 1e-6);
        },
      ),
      { numRuns: 600, seed: 7 },
    );
  });

  it('is not met by a policy without the margin, so that the property can fail', () => {
    const history = { name: 'gone at the end', lengthSeconds: 200 * HOUR, up: [[0, 59 * HOUR]] as const };
    const late = { ...job, workSeconds: 60 * HOUR - 720, deadlineSeconds: 60 * HOUR };
    const always = () => 'spot' as const;
    expect(replayDeadline(history, 0, late, always).missed).toBe(true);
    expect(replayDeadline(history, 0, late, decideDeadline)).toMatchObject({ missed: false, spotSeconds: 0 });
  });
});

describe('a replayed job', () => {
  it('pays for spot, for the changeovers, and on demand for the rest', () => {
    const small = { workSeconds: 3600, deadlineSeconds: 7200, changeoverSeconds: 100, stepSeconds: 50 };
    const history = { name: 'half an hour', lengthSeconds: 1_000_000, up: [[0, 1800]] as const };
    // 1,800 s of spot, 1,700 s of them work. It waits until 3,400 s by its pace; then on demand, with a paid changeover.
    const replay = replayDeadline(history, 0, small, decideDeadline);
    expect(replay).toMatchObject({ missed: false, spotSeconds: 1800 });
    expect(replay.onDemandSeconds).toBeGreaterThanOrEqual(1900 + 100);
    expect(replay.elapsedSeconds).toBeLessThanOrEqual(7200);
  });

  it('that cannot be promised runs on demand from the first step', () => {
    const hopeless = { workSeconds: 3600, deadlineSeconds: 3600, changeoverSeconds: 100, stepSeconds: 50 };
    const history = { name: 'always', lengthSeconds: 10_000, up: [[0, 10_000]] as const };
    expect(replayDeadline(history, 0, hopeless, decideDeadline)).toEqual({
      missed: true,
      elapsedSeconds: 3700,
      spotSeconds: 0,
      onDemandSeconds: 3700,
    });
  });
});
