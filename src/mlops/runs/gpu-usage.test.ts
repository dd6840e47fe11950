import { describe, expect, it } from 'vitest';
import { sharedApplication } from '../../testing/shared.ts';
import { eventsAbout, newRun, post } from '../wire/testing.ts';
import { mergeUsage, readUsage } from './gpu-usage.ts';

const at = Date.parse('2026-11-01T10:00:00Z');
const gpu = (name: string, minutes: number) => ({
  key: `system/${name}_utilization_percentage`,
  value: 50,
  timestamp: at + minutes * 60_000,
  step: minutes,
});

describe('GPU usage in samples', () => {
  it.each([
    [
      ['system/gpu_0_utilization_percentage', 'system/gpu_1_power_usage_watts'],
      ['gpu_0', 'gpu_1'],
    ],
    [
      ['system/gpu_0_a', 'system/gpu_0_b', 'system/gpu_10_a'],
      ['gpu_0', 'gpu_10'],
    ],
    [
      ['system/node-a/gpu_0_a', 'system/node-b/gpu_0_a'],
      ['node-a/gpu_0', 'node-b/gpu_0'],
    ],
  ])('counts the GPUs of %j', (keys, gpus) => {
    expect(readUsage(keys.map((key) => ({ key, value: 1, timestamp: 1, step: 0 })))?.gpus).toEqual(gpus);
  });

  it('sees none in metrics of anything else', () => {
    const keys = ['system/cpu_utilization_percentage', 'gpu_0_utilization_percentage', 'system/gpus_0_x'];
    expect(readUsage(keys.map((key) => ({ key, value: 1, timestamp: 1, step: 0 })))).toBeNull();
  });

  it('spans from the first to the last sample in whatever order they come', () => {
    const [early, late] = [readUsage([gpu('gpu_0', 1)]), readUsage([gpu('gpu_1', 9), gpu('gpu_1', 5)])];
    if (early === null || late === null) throw new Error('no usage');
    const whole = { gpus: ['gpu_0', 'gpu_1'], firstSample: at + 60_000, lastSample: at + 540_000 };
    expect([mergeUsage(early, late), mergeUsage(late, early)]).toEqual([whole, whole]);
    expect(mergeUsage(null, late)).toEqual(late);
  });
});

describe('events of a run', async () => {
  const application = await sharedApplication();

  it('say that it was created, ended and deleted, with what it is about', async () => {
    const tags = [
      { key: 'steelyard.team', value: 'search' },
      { key: 'other', value: 'x' },
    ];
    const run_id = await newRun(application, { start_time: at, tags });
    await post(application, 'runs/update', { run_id, status: 'FINISHED', end_time: at + 1000 });
    await post(application, 'runs/update', { run_id, status: 'FAILED' });
    await post(application, 'runs/delete', { run_id });
    await post(application, 'runs/delete', { run_id });
    const about = {
      runId: run_id,
      experimentId: '0',
      startTime: '2026-11-01T10:00:00.000Z',
      tags: { 'steelyard.team': 'search' },
    };
    expect(eventsAbout(application, `run:${run_id}`)).toMatchObject([
      { type: 'run.created', ...about, status: 'RUNNING', endTime: null },
      { type: 'run.ended', ...about, status: 'FINISHED', endTime: '2026-11-01T10:00:01.000Z' },
      { type: 'run.deleted', ...about, status: 'FAILED' },
    ]);
  });

  it('say that each was deleted with its experiment', async () => {
    const { experiment_id } = await post(application, 'experiments/create', { name: 'e' });
    const run_id = await newRun(application, { experiment_id });
    await post(application, 'experiments/delete', { experiment_id });
    expect(eventsAbout(application, `run:${run_id}`)).toMatchObject([{ type: 'run.created' }, { type: 'run.deleted' }]);
  });

  it('tell its GPUs as they become known, once for each growth, and again when its tags change', async () => {
    const run_id = await newRun(application);
    const log = (...metrics: object[]) => post(application, 'runs/log-batch', { run_id, metrics });
    await log(gpu('gpu_0', 0), { key: 'loss', value: 1, timestamp: at });
    await log(gpu('gpu_0', 0));
    await log(gpu('gpu_1', 2), gpu('gpu_0', 3));
    await log({ key: 'loss', value: 2, timestamp: at + 9e6 });
    await post(application, 'runs/log-metric', { run_id, ...gpu('gpu_0', -1) });
    await post(application, 'runs/set-tag', { run_id, key: 'steelyard.resource', value: 'gpu/a100' });
    await post(application, 'runs/set-tag', { run_id, key: 'note', value: 'x' });
    // The cost of the run is computed concurrently and adds other events about the same run.
    const observed = eventsAbout(application, `run:${run_id}`).filter(
      (event) => Reflect.get(Object(event), 'type') === 'run.usage_observed',
    );
    const usage = (gpus: number, start: string, end: string, tags = {}) => ({
      type: 'run.usage_observed',
      runId: run_id,
      experimentId: '0',
      gpus,
      start: `2026-11-01T${start}:00.000Z`,
      end: `2026-11-01T${end}:00.000Z`,
      tags,
    });
    expect(observed).toEqual([
      usage(1, '10:00', '10:00'),
      usage(2, '10:00', '10:03'),
      usage(2, '09:59', '10:03'),
      usage(2, '09:59', '10:03', { 'steelyard.resource': 'gpu/a100' }),
    ]);
  });

  it('are not said when the batch is refused', async () => {
    const run_id = await newRun(application);
    await post(application, 'runs/log-parameter', { run_id, key: 'p', value: '1' });
    const batch = { run_id, metrics: [gpu('gpu_0', 0)], params: [{ key: 'p', value: '2' }] };
    await expect(post(application, 'runs/log-batch', batch)).rejects.toThrow('Changing param values');
    expect(eventsAbout(application, `run:${run_id}`)).toMatchObject([{ type: 'run.created' }]);
  });
});
