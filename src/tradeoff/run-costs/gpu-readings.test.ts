import { beforeEach, describe, expect, it, vi } from 'vitest';
import { getGpuOwners } from '../../finops/gpu-usage/schema.ts';
import { recordUsage, type UsageInterval } from '../../finops/metering/schema.ts';
import { billCsv } from '../../finops/testing/allocation.ts';
import { applyText } from '../../finops/testing/gpu-sources.ts';
import { importHolders, importSamples, samplesText } from '../../finops/testing/gpus.ts';
import { sumRunCosts } from '../../mlops/run-views/run-table/schema.ts';
import { getRun, type RunCost } from '../../mlops/runs/schema.ts';
import { newRun, post } from '../../mlops/wire/testing.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { call, importFiles, postponeJobs } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { SETTLE } from './service.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const price = { amount: '2', currency: 'USD' };
const shared = await sharedApplication({ clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
await postponeJobs(shared, 'forecasts.make', 'anomalies.judge');

/** Each test has its own days, GPUs and runs. */
let midnight = Date.parse('2026-06-01T00:00:00Z');
let gpu = '';
let tests = 0;
beforeEach(() => {
  tests += 1;
  midnight += 5 * DAY;
  gpu = `GPU-${tests}`;
});

const instant = (hour: number) => new Date(midnight + hour * HOUR).toISOString();
const formatDay = (hour: number) => instant(hour).slice(0, 'YYYY-MM-DD'.length);

/** Readings of GPUs, one an hour for so many hours. */
const read = (gpus: readonly string[], hours: number, asked: Parameters<typeof importSamples>[2] = { price }) => {
  const values = Object.fromEntries(gpus.map((name) => [name, Array.from({ length: hours }, () => 50)]));
  return importSamples(shared, samplesText(values, { every: 3600, day: formatDay(0) }), asked);
};
/** Imports holders of GPUs: GPU, first and last hour, and values of the fields. */
const hold = (fields: readonly string[], ...rows: readonly (readonly [string, number, number, ...string[]])[]) => {
  const lines = rows.map(([name, from, to, ...values]) => [name, instant(from), instant(to), ...values].join());
  return importHolders(shared, [['gpu', 'start', 'end', ...fields].join(), ...lines].join('\n'), fields);
};
const use = (run: string, more: Partial<UsageInterval>) => {
  const period = { start: instant(0), end: instant(24) };
  const interval = {
    usage: `u-${run}`,
    subject: { run },
    resource: 'node.8xlarge',
    quantity: '1',
    period,
    origin: 'test',
  };
  return call(shared, recordUsage, { body: { intervals: [{ ...interval, price, ...more }] } });
};
const readRunCost = async (runId: string): Promise<RunCost> => (await call(shared, getRun, { params: { runId } })).cost;
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 20 });
const metered = (amount: string) => ({ cost: { amount, currency: 'USD' }, basis: 'metered', reason: null });

describe('GPU time of runs', () => {
  it('is their metered cost, as the GPU reports have it, and that of their experiment', async () => {
    const experiment_id = String((await post(shared, 'experiments/create', { name: `gpu-${tests}` })).experiment_id);
    const [a, b, unknown] = [
      await newRun(shared, { experiment_id }),
      await newRun(shared, { experiment_id }),
      await newRun(shared, { experiment_id }),
    ];
    await read([gpu], 60);
    await hold(
      ['run', 'host', 'gpuModel'],
      [gpu, 0, 36, a, `n-${tests}`, 'H100'],
      [gpu, 36, 48, b, `n-${tests}`, 'H100'],
    );
    await eventually(async () => expect((await readRunCost(a)).total).toEqual(metered('72')));
    expect(await readRunCost(a)).toMatchObject({
      gpuHours: { hours: '36', reason: null },
      hardware: [{ resource: 'H100', resourceId: `n-${tests}`, quantity: '1', hours: '36' }],
      priceSources: ['GPU readings: $2 an hour, stated with the import of readings'],
    });
    await eventually(async () => expect((await readRunCost(b)).total).toEqual(metered('24')));
    await eventually(async () => expect((await readRunCost(unknown)).total).toMatchObject({ cost: null, basis: null }));
    const query = { by: 'run', from: formatDay(0), to: formatDay(96) } as const;
    const { groups } = await call(shared, getGpuOwners, { query });
    expect(groups.flatMap(({ key, cost }) => (key === null ? [] : [[key, cost.paid]])).toSorted()).toEqual(
      [
        [a, '72'],
        [b, '24'],
      ].toSorted(),
    );
    const sum = await call(shared, sumRunCosts, { query: { experimentId: experiment_id } });
    expect(sum).toMatchObject({ runs: 3, runsWithoutCost: 1, costs: [{ amount: '96', currency: 'USD' }] });
  });

  it('is parted among those who share a GPU, and adds up to the GPU', async () => {
    const runs = [await newRun(shared), await newRun(shared), await newRun(shared)] as const;
    await read([gpu], 10, { price: { amount: '1', currency: 'USD' } });
    await hold(['run'], ...runs.map((run) => [gpu, 0, 10, run] as const));
    await eventually(async () => {
      const amounts = await Promise.all(runs.map(async (run) => (await readRunCost(run)).total.cost?.amount ?? '0'));
      expect(sumDecimals(amounts)).toBe('10');
    });
  });

  it('is found by the run id in a label of the pod, through a rule, and not by a name that is alike', async () => {
    const run = await newRun(shared, { run_name: 'train-x' });
    const alike = await newRun(shared, { run_name: 'train-y' });
    const rows = [0, 1, 2, 3].flatMap((hour) => [
      `${gpu},${instant(hour)},50,train-x-7dk2,${run}`,
      `${gpu}-b,${instant(hour)},50,train-y,`,
    ]);
    const asked = { columns: { pod: 'pod' }, labels: { mlflow_run: 'label' }, interval: '1h', price } as const;
    await importSamples(shared, ['gpu,time,value,pod,label', ...rows].join('\n'), asked);
    expect((await readRunCost(run)).total.cost).toBeNull();
    const rule = "{ name: label, match: { pod: 'train-*' }, subject: { run: '{label:mlflow_run}' } }";
    const document = `apiVersion: steelyard/v1\nkind: GpuOwnerRules\nmetadata: {name: own}\nspec: { rules: [${rule}] }\n`;
    await applyText(shared, document);
    await eventually(async () => expect((await readRunCost(run)).total).toEqual(metered('8')));
    expect((await readRunCost(alike)).total.cost).toBeNull();
  });

  it('is not known where it has no price', async () => {
    const run = await newRun(shared);
    await read([gpu], 4, { resource: 'gpu:none' });
    await hold(['run'], [gpu, 0, 4, run]);
    const reason = 'the price book has no price of "gpu:none"';
    await eventually(async () => expect((await readRunCost(run)).metered).toEqual({ cost: null, reason }));
  });
});

describe('GPU time that is metered otherwise', () => {
  it('is not added to the usage of the run, nor to the bill that reconciles it', async () => {
    const run = await newRun(shared);
    const machine = `i-own-${tests}`;
    await read([gpu], 24);
    await hold(['run', 'host'], [gpu, 0, 24, run, machine]);
    await eventually(async () => expect((await readRunCost(run)).total).toEqual(metered('48')));
    await use(run, { resourceId: machine, price: { amount: '3', currency: 'USD' } });
    await eventually(async () => expect((await readRunCost(run)).total).toEqual(metered('72')));
    const row = {
      category: 'Compute',
      service: 'EC2',
      cost: '60',
      resource: machine,
      day: formatDay(0),
      period: formatDay(0).slice(0, 7),
    } as const;
    await importFiles(shared, 'aws', { 'a.csv': billCsv([row]) });
    await eventually(async () =>
      expect((await readRunCost(run)).total).toEqual({ ...metered('60'), basis: 'reconciled' }),
    );
  });

  it.each(['readings first', 'usage first'])('of a machine that other work holds, in any order: %s', async (order) => {
    const [holder, shares] = [await newRun(shared), await newRun(shared)];
    const machine = `I-other-${tests}`;
    const reading = async () => {
      await read([gpu], 48);
      await hold(['run', 'host'], [gpu, 0, 48, shares, machine.toLowerCase()]);
    };
    const using = async () => {
      await use(holder, { resourceId: machine });
      await shared.events.drain();
      // The job of every ten minutes takes it.
      await shared.jobs.enqueue(shared.store, { kind: SETTLE, payload: null });
    };
    if (order === 'readings first') {
      await reading();
      await eventually(async () => expect((await readRunCost(shares)).total).toEqual(metered('96')));
      await using();
    } else {
      await using();
      await reading();
    }
    await eventually(async () => expect((await readRunCost(holder)).total).toEqual(metered('48')));
    await eventually(async () => expect((await readRunCost(shares)).total).toMatchObject({ cost: null, basis: null }));
    const reason = `usage of other work holds ${machine} in the same time, so that its GPU time is metered there`;
    await eventually(async () => expect((await readRunCost(shares)).metered.reason).toBe(reason));
  });
});
