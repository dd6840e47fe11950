import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { recordWorkloadUsage } from '../../finops/allocation/workloads/schema.ts';
import { sendGpuReadings } from '../../finops/gpu-telemetry/schema.ts';
import { getGpuOutcomes, getGpuOwners, listGpuOwnerRules } from '../../finops/gpu-usage/schema.ts';
import { recordUsage } from '../../finops/metering/schema.ts';
import { billCsv } from '../../finops/testing/allocation.ts';
import { applyText, gpuSource, syncAll } from '../../finops/testing/gpu-sources.ts';
import { importHolders, importSamples, samplesText } from '../../finops/testing/gpus.ts';
import type { Application } from '../../main.ts';
import { getRun } from '../../mlops/runs/schema.ts';
import { newRun, post } from '../../mlops/wire/testing.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, importFiles, testApplication } from '../../testing/application.ts';

const DAY = '2026-10-02';
const START = Date.parse(`${DAY}T00:00:00Z`);
const HOUR = 3_600_000;
const price = { amount: '6', currency: 'USD' };
const period = { start: new Date(START).toISOString(), end: new Date(START + HOUR).toISOString() };

let application: Application;
beforeEach(async () => {
  const opened = await testApplication({ clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  application = opened;
});

/** An hour of readings of each GPU, and who held it, by the values of the fields. */
async function held(fields: readonly string[], byGpu: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const busy = Array.from({ length: 60 }, () => 50);
  const gpus = Object.fromEntries(Object.keys(byGpu).map((gpu) => [gpu, busy]));
  await importSamples(application, samplesText(gpus, { day: DAY }), { price });
  const rows = Object.entries(byGpu).map(([gpu, values]) => [gpu, START, START + HOUR, ...values].join());
  await importHolders(application, [['gpu', 'start', 'end', ...fields].join(), ...rows].join('\n'), fields);
}

it('finds work of this server by its pod or container, endpoints by their pods, and others by workload usage', async () => {
  const usage = (id: string, subject: Record<string, string>, resourceId?: string) => ({
    ...{ usage: id, subject, resource: 'gpu:H100', quantity: '1', period, origin: 'test' },
    ...(resourceId === undefined ? {} : { resourceId }),
  });
  const intervals = [
    usage('reservation:pipeline:train-0a1b2c3d4e5f:2', { run: 'r1', team: 'search' }),
    usage('serving:replica-7f3c:2', { endpoint: 'ranker', model: 'm', modelVersion: '2' }),
    usage('serving:replica-9d0e:0', { endpoint: 'home-feed', model: 'm', modelVersion: '1' }),
    usage('serving:replica-9d0f:0', { endpoint: 'home-feed', model: 'm', modelVersion: '2' }),
    usage('own', { run: 'r9' }, 'GPU-DEVICE'),
  ];
  await call(application, recordUsage, { body: { intervals } });
  const workload = {
    ...{ usage: 'w', node: 'n', workload: 'ml/notebook-0', subject: { team: 'fraud' }, period, origin: 'test' },
    capacity: { gpus: '8' },
  };
  await call(application, recordWorkloadUsage, { body: { usages: [workload] } });
  await held(['namespace', 'pod', 'container'], {
    job: ['steelyard', 'train-0a1b2c3d4e5f-x7k2p', 'work'],
    replica: ['', '', '/steelyard-replica-7f3c'],
    endpoint: ['steelyard', 'serve-home-feed-0123456789-5d9c7f8b6d-abcde', 'server'],
    workload: ['ml', 'notebook-0', 'main'],
    foreign: ['default', 'serve-other-0123456789-5d9c7f8b6d-abcde', 'main'],
  });
  await importSamples(application, samplesText({ 'gpu-device': [50, 50] }, { day: DAY }), { price });
  // Readings of `gpu watch` on a machine: processes of Steelyard's work, with their work id, and one other.
  await applyText(application, gpuSource('machines', '{ type: push, price: { amount: "6", currency: USD } }'));
  const seen = { model: null, utilizationRatio: 0.5, memoryBytes: null };
  const gpus = [
    { ...seen, at: '2026-11-14T12:00:00Z', uuid: 'process', pids: [7, 8], work: { 7: 'train-0a1b2c3d4e5f' } },
    { ...seen, at: '2026-11-14T12:00:00Z', uuid: 'served', pids: [9], work: { 9: 'replica-7f3c' } },
  ];
  await call(application, sendGpuReadings, { params: { source: 'machines' }, body: { host: 'desk', gpus } });
  await syncAll(application);
  const { groups } = await call(application, getGpuOwners, { query: { by: 'gpu' } });
  expect(Object.fromEntries(groups.map(({ key, subject }) => [key, subject]))).toEqual({
    job: { run: 'r1', team: 'search' },
    replica: { endpoint: 'ranker', model: 'm', modelVersion: '2' },
    endpoint: { endpoint: 'home-feed', model: 'm' },
    workload: { team: 'fraud' },
    foreign: {},
    'gpu-device': { run: 'r9' },
    // Half of it belongs to an unknown process.
    process: {},
    served: { endpoint: 'ranker', model: 'm', modelVersion: '2' },
  });
  const runs = await call(application, getGpuOwners, { query: { by: 'run' } });
  const trained = runs.groups.find(({ key }) => key === 'r1');
  expect(trained?.gpuHours.paid).toBeCloseTo(1 + 7.5 / 3600, 6);

  const byTeam = await call(application, getGpuOwners, { query: { by: 'team' } });
  const reasons = byTeam.groups.flatMap(({ unknown }) => unknown.map(({ reason }) => reason));
  expect(reasons).toContain(
    'pods of namespace default are no work of this server, and no workload usage and no rule names them',
  );
  expect(reasons).toContain('its owner has no team');
  expect(reasons).toContain('process 8 on desk is no work of this server, and no rule names its host');
  // Rules do not override the owner of Steelyard's own work or of reported holders.
  const rules = `{ rules: [{ name: r, match: { pod: '*' }, subject: { team: 'ops-{namespace}' } }] }`;
  const text = `apiVersion: steelyard/v1\nkind: GpuOwnerRules\nmetadata: { name: a }\nspec: ${rules}\n`;
  await call(application, postApply, { body: { documents: [{ file: 'rules.yaml', text }] } });
  const ruled = await call(application, getGpuOwners, { query: { by: 'gpu' } });
  const teams = ruled.groups.map(({ key, subject: { team } }) => [key, team]);
  expect(Object.fromEntries(teams)).toEqual({ job: 'search', workload: 'fraud', foreign: 'ops-default' });
  expect((await call(application, listGpuOwnerRules)).documents).toMatchObject([{ name: 'a', rules: [{ name: 'r' }] }]);
});

it('tells the same hours by how the work ended', async () => {
  const run = async (status: string) => {
    const run_id = await newRun(application, { start_time: START });
    if (status !== 'RUNNING') await post(application, 'runs/update', { run_id, status });
    return run_id;
  };
  const [finished, failed, killed, running] = [
    await run('FINISHED'),
    await run('FAILED'),
    await run('KILLED'),
    await run('RUNNING'),
  ];
  await held(['run', 'endpoint'], {
    a: [finished, ''],
    b: [finished, ''],
    c: [failed, ''],
    d: [killed, ''],
    e: [running, ''],
    f: ['', 'home-feed'],
    g: ['elsewhere', ''],
    h: ['', ''],
  });
  await importSamples(application, samplesText({ i: Array.from({ length: 60 }, () => 0) }, { day: DAY }), { price });
  await importHolders(application, `gpu,start,end,run\ni,${START},${START + HOUR},`, ['run']);
  const { outcomes, cost } = await call(application, getGpuOutcomes);
  expect(cost.paid).toBe('54');
  expect(outcomes.map(({ outcome, owners, cost: { paid } }) => [outcome, owners, paid])).toEqual([
    ['finished', 1, '12'],
    ['failed', 1, '6'],
    ['cancelled', 1, '6'],
    ['running', 1, '6'],
    ['serving', 1, '6'],
    // h was in use without a holder.
    ['unknown', 2, '12'],
    ['nobody', 0, '6'],
  ]);
});

it('prices the time of a run by the bill, once it covers all of the run', async () => {
  const text = `apiVersion: steelyard/v1\nkind: PriceBook\nmetadata: {name: own}\nspec:\n  currency: USD\n  source: contract\n  prices:\n    - {resource: 'gpu:H100', perHour: '6', effectiveFrom: '2026-01-01T00:00:00Z'}\n`;
  await call(application, postApply, { body: { documents: [{ file: 'prices.yaml', text }] } });
  const run = await newRun(application, { start_time: START });
  const interval = { usage: 'u', subject: { run }, resource: 'gpu:H100', resourceId: 'i-1', quantity: '1' };
  await call(application, recordUsage, { body: { intervals: [{ ...interval, period, origin: 'test' }] } });
  await held(['run'], { a: [run], b: ['other'] });
  // 8 GPUs for a day at 1920: 10 a GPU-hour.
  const row = { category: 'Compute', service: 'EC2', details: '{"GpuCount": 8}', cost: '1920', resource: 'i-1' };
  await importFiles(application, 'aws', { 'a.csv': billCsv([row]) });
  const basis = async () => (await call(application, getRun, { params: { runId: run } })).cost.total.basis;
  await vi.waitFor(async () => expect(await basis()).toBe('reconciled'), { timeout: 10_000, interval: 20 });
  const { groups, cost } = await call(application, getGpuOwners, { query: { by: 'run' } });
  const byRun = new Map(groups.map((group) => [group.key, group.cost]));
  expect(byRun.get(run)).toMatchObject({ paid: '10', used: '5', underUsed: '5' });
  expect(byRun.get(run)?.priceSources).toEqual([`reconciled: the bill has $10 for run ${run}, metered at $6`]);
  expect(byRun.get('other')).toMatchObject({ paid: '6' });
  expect(cost.paid).toBe('16');
});
